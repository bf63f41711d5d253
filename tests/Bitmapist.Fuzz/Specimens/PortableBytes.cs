using System.Buffers.Binary;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>
/// The portable format of roaring bitmaps, as simply as the specification (RoaringFormatSpec) can be followed: what
/// other readers and writers are compared with.
/// </summary>
internal static class PortableBytes
{
    private const uint CookieWithoutRuns = 12346;
    private const int CookieWithRuns = 12347;
    private const int ArrayMax = 4096;
    private const int BitsetBytes = 8192;
    private const int OffsetsFrom = 4; // containers, where there are runs

    /// <summary>The ids of bytes that are a bitmap; what is not may throw.</summary>
    public static uint[] Read(ReadOnlySpan<byte> bytes)
    {
        uint cookie = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bool hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        int at = hasRuns ? 4 : 8;
        int count = hasRuns ? (int)(cookie >> 16) + 1 : BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        ReadOnlySpan<byte> flags = hasRuns ? bytes.Slice(at, (count + 7) / 8) : default;
        at += flags.Length;
        int descriptors = at;
        at += count * 4;
        if (!hasRuns || count >= OffsetsFrom) at += count * 4;
        var ids = new List<uint>();
        for (int i = 0; i < count; i++)
        {
            uint first = (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(descriptors + (i * 4))..]) << 16;
            int cardinality = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(descriptors + (i * 4) + 2)..]) + 1;
            bool isRuns = hasRuns && (flags[i / 8] >> (i % 8) & 1) != 0;
            at += ReadContainer(bytes[at..], first, isRuns ? 0 : cardinality, ids);
        }

        return [.. ids];
    }

    /// <summary>
    /// Writes ascending ids: as arrays and bitsets (0), all as runs (1), each other one as runs (2), or those in pieces
    /// that touch, as the specification allows (3).
    /// </summary>
    public static byte[] Write(uint[] ids, int form)
    {
        uint[][] chunks = [.. ids.GroupBy(id => id >> 16).Select(chunk => chunk.ToArray())];
        byte[] flags = new byte[form == 0 || chunks.Length == 0 ? 0 : (chunks.Length + 7) / 8];
        for (int i = 0; i < chunks.Length && form > 0; i++)
            if (form == 1 || i % 2 == 0) flags[i / 8] |= (byte)(1 << (i % 8));
        bool hasRuns = flags.Length > 0;
        using var output = new MemoryStream();
        Span<byte> number = stackalloc byte[4];
        Number(hasRuns ? CookieWithRuns | ((uint)(chunks.Length - 1) << 16) : CookieWithoutRuns, number);
        output.Write(number);
        if (!hasRuns)
        {
            Number((uint)chunks.Length, number);
            output.Write(number);
        }

        output.Write(flags);
        foreach (uint[] chunk in chunks)
        {
            Number((chunk[0] >> 16) | ((uint)(chunk.Length - 1) << 16), number);
            output.Write(number);
        }

        int runMax = form == 3 ? 100 : int.MaxValue;
        byte[][] containers = [.. chunks.Select((chunk, i) =>
            hasRuns && (flags[i / 8] >> (i % 8) & 1) != 0 ? Runs(chunk, runMax) : Plain(chunk))];
        if (!hasRuns || chunks.Length >= OffsetsFrom)
        {
            long at = output.Length + (chunks.Length * 4);
            foreach (byte[] container in containers)
            {
                Number((uint)at, number);
                output.Write(number);
                at += container.Length;
            }
        }

        foreach (byte[] container in containers) output.Write(container);
        return output.ToArray();

        static void Number(uint value, Span<byte> destination) =>
            BinaryPrimitives.WriteUInt32LittleEndian(destination, value);
    }

    private static int ReadContainer(ReadOnlySpan<byte> bytes, uint first, int cardinality, List<uint> ids)
    {
        if (cardinality == 0)
        {
            int runs = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            for (int i = 0; i < runs; i++)
            {
                uint start = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 + (i * 4))..]);
                uint more = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(4 + (i * 4))..]);
                for (uint id = start; id <= start + more; id++) ids.Add(first + id);
            }

            return 2 + (runs * 4);
        }

        if (cardinality > ArrayMax)
        {
            for (uint bit = 0; bit < BitsetBytes * 8; bit++)
                if ((bytes[(int)(bit / 8)] >> (int)(bit % 8) & 1) != 0) ids.Add(first + bit);
            return BitsetBytes;
        }

        for (int i = 0; i < cardinality; i++)
            ids.Add(first + BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]));
        return cardinality * 2;
    }

    private static byte[] Plain(uint[] chunk)
    {
        if (chunk.Length <= ArrayMax) return [.. chunk.SelectMany(id => BitConverter.GetBytes((ushort)id))];
        byte[] bits = new byte[BitsetBytes];
        foreach (uint id in chunk) bits[(ushort)id / 8] |= (byte)(1 << (int)(id % 8));
        return bits;
    }

    private static byte[] Runs(uint[] chunk, int lengthMax)
    {
        var runs = new List<(ushort Start, ushort More)>();
        foreach (uint id in chunk)
        {
            if (runs.Count > 0 && runs[^1].Start + runs[^1].More + 1 == (ushort)id && runs[^1].More < lengthMax)
                runs[^1] = (runs[^1].Start, (ushort)(runs[^1].More + 1));
            else runs.Add(((ushort)id, 0));
        }

        return
        [
            .. BitConverter.GetBytes((ushort)runs.Count),
            .. runs.SelectMany(run => (byte[])
                [.. BitConverter.GetBytes(run.Start), .. BitConverter.GetBytes(run.More)]),
        ];
    }
}
