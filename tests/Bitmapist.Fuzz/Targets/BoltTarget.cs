using System.Buffers.Binary;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Migration;
using Bitmapist.Migration.Tests.GoServer;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// The Go server's database, a bbolt file: see <see cref="ImportTarget"/>. Only its two meta pages have a checksum.
/// </summary>
public sealed class BoltTarget : ImportTarget
{
    private const int PageBytes = 1024; // the least that is read: pages are mostly empty
    private const int MetaAt = 16;
    private const int ChecksumAt = 56;

    public override string Name => "bolt";

    public override IReadOnlyList<byte[]> Tokens { get; } =
    [
        "bitmapist"u8.ToArray(), "expires"u8.ToArray(), [0xED, 0xDA, 0x0C, 0xED], [1, 0], [2, 0], [4, 0], [0x10, 0],
        [0x3A, 0x30, 0, 0], [0x3B, 0x30, 0, 0], [0, 4, 0, 0], [16, 0, 0, 0], new byte[PageBytes],
    ];

    public override byte[] Generate(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var file = new BoltBytes(PageBytes);
        (uint Flags, byte[] Key, byte[] Value)[] keys = [.. Enumerable.Range(0, random.Next(1, 30)).Select(i => (0u,
            System.Text.Encoding.ASCII.GetBytes($"key-{i:D3}"), Bitmap(random)))];
        ulong leaf = file.AddLeaf(keys[..(keys.Length / 2)]);
        ulong root = file.AddLeaf(keys[(keys.Length / 2)..]);
        if (keys.Length > 1) root = file.AddBranch((keys[0].Key, leaf), (keys[keys.Length / 2].Key, root));
        (uint, byte[], byte[])[] expiries = [.. keys.Where(_ => random.Next(3) == 0).Select(key =>
            (0u, key.Key, BoltBytes.Varint(random.NextInt64(long.MinValue, long.MaxValue))))];
        byte[] inline = BoltBytes.InlineBucket(expiries);
        file.SetBoth(file.AddLeaf(
            (1, "bitmapist"u8.ToArray(), BoltBytes.Bucket(root)), (1, "expires"u8.ToArray(), inline)));
        return file.ToArray();
    }

    public override byte[] Mutate(byte[] input, Random random)
    {
        byte[] mutated = Mutator.Mutate(input, Tokens, random);
        for (int page = 0; page < 2; page++)
        {
            int at = (page * PageBytes) + MetaAt;
            if (mutated.Length < at + ChecksumAt + sizeof(ulong)) break;
            ulong hash = 14695981039346656037; // FNV-1a
            foreach (byte next in mutated.AsSpan(at, ChecksumAt)) hash = (hash ^ next) * 1099511628211;
            BinaryPrimitives.WriteUInt64LittleEndian(mutated.AsSpan(at + ChecksumAt), hash);
        }

        return mutated;
    }

    public override string Check(byte[] input, Random random)
    {
        var disk = new SimulatedFileSystem();
        disk.WriteAll(Source, input);
        return Import(disk, Source, random, out _);
    }

    private static byte[] Bitmap(Random random)
    {
        IEnumerable<uint> ids = Enumerable.Range(0, random.Next(20)).Select(_ => (uint)random.Next(1 << 20));
        return PortableBytes.Write([.. ids.Distinct().Order()], random.Next(4));
    }
}
