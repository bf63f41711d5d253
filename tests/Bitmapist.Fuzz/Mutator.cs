using System.Buffers.Binary;

namespace Bitmapist.Fuzz;

/// <summary>Damages an input the way the usual fuzzers do; the same seed gives the same damage.</summary>
public static class Mutator
{
    private const int InputBytesMax = 1 << 20;
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000,
        0x3FFF_FFFF, 0x4000_0000, int.MaxValue - 1, int.MaxValue, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000,
        long.MaxValue, long.MinValue, -1, -2,
    ];

    /// <summary>Applies one to eight mutations. O(input) each.</summary>
    public static byte[] Mutate(byte[] input, IReadOnlyList<byte[]> tokens, Random random)
    {
        var bytes = new List<byte>(input);
        int mutations = random.Next(1, 9);
        for (int i = 0; i < mutations && bytes.Count < InputBytesMax; i++) MutateOnce(bytes, tokens, random);
        return [.. bytes];
    }

    /// <summary>
    /// Damages bytes as a disk may: some bits or bytes, a stretch that was never written or belongs elsewhere, an end
    /// that is missing or too much. Nothing that takes knowledge of the format.
    /// </summary>
    public static byte[] Damage(byte[] input, Random random)
    {
        byte[] bytes = (byte[])input.Clone();
        for (int i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            int at = Place(bytes, random);
            Span<byte> stretch = bytes.AsSpan(at, Math.Min(random.Next(1, 700), bytes.Length - at));
            switch (random.Next(8))
            {
                case < 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 4:
                    stretch.Clear();
                    break;
                case 5:
                    random.NextBytes(stretch);
                    break;
                case 6:
                    Array.Resize(ref bytes, random.Next(bytes.Length));
                    break;
                default:
                    byte[] behind = new byte[random.Next(1, 9000)];
                    if (random.Next(2) == 0) random.NextBytes(behind);
                    bytes = [.. bytes, .. behind];
                    break;
            }
        }

        return bytes;
    }

    private static void MutateOnce(List<byte> bytes, IReadOnlyList<byte[]> tokens, Random random)
    {
        int at = random.Next(8) == 0 ? bytes.Count : Place(bytes, random);
        int length = Math.Min(random.Next(1, 17), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0 when length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 when length > 0:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : -1);
                break;
            case 7:
                WriteNumber(bytes, at, random);
                break;
            case 8 when bytes.Count > 0:
                int from = random.Next(bytes.Count);
                bytes.InsertRange(at, bytes.GetRange(from, random.Next(Math.Min(200, bytes.Count - from) + 1)));
                break;
            default:
                if (tokens.Count > 0) bytes.InsertRange(at, tokens[random.Next(tokens.Count)]);
                break;
        }
    }

    /// <summary>Overwrites a number of some width and order with one that is an edge somewhere.</summary>
    private static void WriteNumber(List<byte> bytes, int at, Random random)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        long value = s_numbers[random.Next(s_numbers.Length)];
        int width = 1 << random.Next(4);
        if (random.Next(3) == 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[^width..];
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number = number[..width];
        }

        for (int i = 0; i < number.Length && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }

    /// <summary>A place within the bytes, mostly one where something is: files are padded with zeros.</summary>
    private static int Place(IReadOnlyList<byte> bytes, Random random)
    {
        if (bytes.Count == 0) return 0;
        int at = random.Next(bytes.Count);
        for (int tries = 0; tries < 8 && bytes[at] == 0; tries++) at = random.Next(bytes.Count);
        return at;
    }
}
