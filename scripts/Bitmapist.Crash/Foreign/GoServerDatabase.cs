using System.Buffers.Binary;
using System.Text;
using Bitmapist.Migration.Tests.GoServer;

namespace Bitmapist.Crash.Foreign;

/// <summary>A database of the Go server: a tree of two levels, a portable bitmap under each key.</summary>
internal static class GoServerDatabase
{
    private const int PageBytes = 4096;
    private const int KeysPerLeaf = 50;
    private const int NoRunsCookie = 12346; // of the portable roaring format

    public static byte[] Of(KnownKeys keys)
    {
        var file = new BoltBytes(PageBytes);
        var leaves = new List<(byte[] Key, ulong Child)>();
        foreach (int[] numbers in Enumerable.Range(0, keys.Count).Chunk(KeysPerLeaf))
        {
            ulong leaf = file.AddLeaf([.. numbers.Select(key => (0u, NameOf(key), Bitmap(keys.Ids(key))))]);
            leaves.Add((NameOf(numbers[0]), leaf));
        }

        ulong root = file.AddBranch([.. leaves]);
        file.SetBoth(file.AddLeaf((1, "bitmapist"u8.ToArray(), BoltBytes.Bucket(root))));
        return file.ToArray();
    }

    private static byte[] NameOf(int key) => Encoding.ASCII.GetBytes(KnownKeys.Name(key));

    /// <summary>Cookie, one container, its chunk 0, its cardinality less 1, its offset, its sorted values.</summary>
    private static byte[] Bitmap(ReadOnlySpan<ushort> ids)
    {
        const int HeaderBytes = 16;
        byte[] bytes = new byte[HeaderBytes + (ids.Length * sizeof(ushort))];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, NoRunsCookie);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)(ids.Length - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), HeaderBytes);
        for (int i = 0; i < ids.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(HeaderBytes + (i * sizeof(ushort))), ids[i]);
        return bytes;
    }
}
