using System.Buffers.Binary;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Rdb;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// Payloads that clients give to RESTORE. Whatever the bytes, they are refused, or are a string that is the same when
/// dumped and restored again. Checksums are made right after most mutations, since they keep damage from being read.
/// </summary>
public sealed class PayloadTarget : IFuzzTarget
{
    private const int FooterBytes = 10;
    private const long BytesDumped = 4_000_000; // a payload of a few bytes may be a string of 512 MiB

    private static readonly string[] s_forms = ["six bits", "fourteen bits", "many bits", "special"];

    public string Name => "payloads";

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [0], [0xC0, 5], [0xC1, 0x2C, 1], [0xC2, 0xFF, 0xFF, 0xFF, 0x7F], [0xC3, 6, 21], [0xC4], [0x80, 0, 0, 1, 0],
        [0x81, 0, 0, 0, 0, 0x20, 0, 0, 0], [0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF],
        [0xE0, 0xFF, 0], [0xFF, 0xFF, 0xFF], [0x20, 0], [10, 0], [11, 0],
    ];

    public byte[] Generate(Random random)
    {
        byte[] bytes = new byte[random.Next(3) == 0 ? random.Next(40_000) : random.Next(64)];
        switch (random.Next(3))
        {
            case 0: random.NextBytes(bytes); break;
            case 1: Array.Fill(bytes, (byte)'a'); break;
            default:
                for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)('0' + (i % 10));
                break;
        }

        return Dump(StringValue.Of(bytes));
    }

    public byte[] Mutate(byte[] input, Random random)
    {
        byte[] mutated = Mutator.Mutate(input, Tokens, random);
        if (mutated.Length < FooterBytes || random.Next(8) == 0) return mutated;
        Span<byte> version = mutated.AsSpan(mutated.Length - FooterBytes);
        if (random.Next(8) != 0) BinaryPrimitives.WriteUInt16LittleEndian(version, RdbPayload.Version);
        ulong checksum = Crc64.Append(0, mutated.AsSpan(0, mutated.Length - sizeof(ulong)));
        BinaryPrimitives.WriteUInt64LittleEndian(mutated.AsSpan(mutated.Length - sizeof(ulong)), checksum);
        return mutated;
    }

    public string Check(byte[] input, Random random)
    {
        Require(RdbPayload.MeasureBytes(input) >= input.Length, "It is said to make less than it has.");
        PayloadDefect defect = RdbPayload.TryRead(input, out StringValue value);
        string form = input.Length > 1 ? s_forms[input[1] >> 6] : "nothing";
        if (defect == PayloadDefect.Footer) return "checksum mismatch, or a newer version";
        if (defect == PayloadDefect.Format) return $"malformed, {form}";
        value.Bits.Validate();
        Require(!value.Bits.TryMax(out uint last) || last < value.LengthBytes * 8, "A bit lies beyond the string.");
        if (value.LengthBytes > BytesDumped) return "accepted, long";
        byte[] dumped = Dump(value);
        Require(RdbPayload.TryRead(dumped, out StringValue again) == PayloadDefect.None, "Its own dump is refused.");
        Require(again.LengthBytes == value.LengthBytes && Bytes(again).AsSpan().SequenceEqual(Bytes(value)),
            "Not the same when dumped and read again.");
        return $"accepted, {form}, {(dumped.Length == input.Length ? "as dumped" : "in another form")}";
    }

    private static byte[] Dump(in StringValue value)
    {
        var dump = new StringDump(value);
        var bytes = new MemoryStream();
        byte[] piece = new byte[64 * 1024];
        for (int count; (count = dump.Read(piece)) > 0;) bytes.Write(piece, 0, count);
        Require(bytes.Length == dump.LengthBytes, "A dump has another length than it says.");
        return bytes.ToArray();
    }

    private static byte[] Bytes(in StringValue value)
    {
        byte[] bytes = new byte[value.LengthBytes];
        for (int start = 0; start < bytes.Length; start += StringBytes.ChunkBytes)
        {
            int count = Math.Min(bytes.Length - start, StringBytes.ChunkBytes);
            StringBytes.CopyTo(value.Bits, start, bytes.AsSpan(start, count));
        }

        return bytes;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new FuzzFailureException(otherwise);
    }
}
