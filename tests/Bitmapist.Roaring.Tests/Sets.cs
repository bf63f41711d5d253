using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Bitmapist.Roaring.Tests;

/// <summary>Makes test sets: ids of a shape, and bitmaps holding them in a form.</summary>
internal static class Sets
{
    public const long IdsMax = 1L << 32;

    /// <summary>The chunks that shapes use: neighbours, gaps, and both ends of the id space.</summary>
    private static readonly int[] s_chunks = [0, 1, 2, 5, 9, 300, 65_535];

    /// <summary>Ascending ids without repetition.</summary>
    public static uint[] Ids(SetShape shape, Random random)
    {
        List<uint> ids = [];
        switch (shape)
        {
            case SetShape.Empty: break;
            case SetShape.OneId: ids.Add((uint)random.NextInt64(IdsMax)); break;
            case SetShape.Compact:
                for (int i = 0; i < 200; i++) ids.Add((uint)random.NextInt64(0, 20_000_000));
                break;
            case SetShape.SmallArrays: Scatter(ids, random, 200); break;
            case SetShape.LargeArrays: Scatter(ids, random, 1_900); break;
            case SetShape.Bitsets: Scatter(ids, random, 12_000); break;
            case SetShape.Runs: AddRuns(ids, random, 5, 3_000); break;
            case SetShape.ManyRuns: AddRuns(ids, random, 1_500, 30); break;
            case SetShape.FullChunks:
                foreach (int chunk in s_chunks.AsSpan(1, 2)) AddRange(ids, (long)chunk << 16, (chunk + 1L) << 16);
                break;
            case SetShape.Ends: ids.AddRange([0, 1, 65_535, 65_536, uint.MaxValue - 1, uint.MaxValue]); break;
            case SetShape.Everything:
                AddRange(ids, 0, 140_000); // as good as everything for most ids that the other shapes make
                AddRange(ids, 65_535L << 16, IdsMax);
                break;
            case SetShape.Mixed:
                Scatter(ids, random, 30);
                AddRange(ids, 65_000, 70_000);
                AddRange(ids, 2 << 16, 3 << 16);
                for (int i = 0; i < 9_000; i++) ids.Add((5u << 16) + (uint)random.Next(65_536));
                break;
            default: throw new ArgumentOutOfRangeException(nameof(shape));
        }
        return Ascending(ids);
    }

    public static ReadOnlyBitmap Bitmap(uint[] ids, SetForm form)
    {
        FrozenBitmap frozen = FrozenBitmap.FromIds(ids);
        switch (form)
        {
            case SetForm.Frozen: return frozen;
            case SetForm.ReadBack: return Read(Bytes(frozen)).ToFrozen();
            case SetForm.Serialized: return Read(Bytes(frozen));
            case SetForm.ForeignPlain: return Read(ForeignBytes(ids, asRuns: false));
            default: return Read(ForeignBytes(ids, asRuns: true));
        }
    }

    public static byte[] Bytes(ReadOnlyBitmap bitmap)
    {
        ArrayBufferWriter<byte> output = new();
        bitmap.Serialize(output);
        return output.WrittenSpan.ToArray();
    }

    public static SerializedBitmap Read(byte[] bytes)
    {
        bool isRead = SerializedBitmap.TryRead(
            bytes, out SerializedBitmap? bitmap, out int consumed, out string? reason);
        Assert.True(isRead, reason);
        Assert.Equal(bytes.Length, consumed);
        return bitmap!;
    }

    public static uint[] ToArray(ReadOnlyBitmap bitmap)
    {
        List<uint> all = new((int)Math.Min(bitmap.Cardinality, 1 << 20));
        ulong[] words = new ulong[1_024];
        for (long first = bitmap.NextSet(0); first >= 0; first = bitmap.NextSet(((first >> 16) + 1) << 16))
        {
            bitmap.CopyWordsTo((first >> 16) * words.Length, words);
            uint chunk = (uint)first & 0xFFFF_0000;
            for (int w = 0; w < words.Length; w++)
            {
                for (ulong word = words[w]; word != 0; word &= word - 1)
                    all.Add(chunk + (uint)((w << 6) + BitOperations.TrailingZeroCount(word)));
            }
        }

        return [.. all];
    }

    public static uint[] Ascending(IEnumerable<uint> ids)
    {
        uint[] sorted = [.. ids];
        Array.Sort(sorted);
        int count = 0;
        foreach (uint id in sorted)
        {
            if (count == 0 || sorted[count - 1] != id) sorted[count++] = id;
        }
        return sorted[..count];
    }

    /// <summary>Asserts content and invariants.</summary>
    public static void AssertHolds(uint[] ids, ReadOnlyBitmap bitmap, string because)
    {
        Assert.True(ids.Length == bitmap.Cardinality, $"{because}: {bitmap.Cardinality} ids instead of {ids.Length}");
        Assert.True(ids.AsSpan().SequenceEqual(ToArray(bitmap)), $"{because}: other ids");
        if (bitmap is FrozenBitmap frozen) frozen.Validate();
    }

    /// <summary>
    /// The portable format written down a second time, independently of the writer under test: every container as
    /// runs, or none.
    /// </summary>
    public static byte[] ForeignBytes(IEnumerable<uint> ids, bool asRuns)
    {
        List<(int Chunk, List<ushort> Values)> chunks = [];
        foreach (IGrouping<uint, uint> group in ids.GroupBy(id => id >> 16).OrderBy(group => group.Key))
            chunks.Add(((int)group.Key, [.. group.Select(id => (ushort)id).Order()]));
        asRuns &= chunks.Count > 0;
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        if (asRuns)
        {
            writer.Write(12_347u | ((uint)(chunks.Count - 1) << 16));
            byte[] flags = new byte[(chunks.Count + 7) / 8];
            for (int i = 0; i < chunks.Count; i++) flags[i / 8] |= (byte)(1 << (i % 8));
            writer.Write(flags);
        }
        else
        {
            writer.Write(12_346u);
            writer.Write(chunks.Count);
        }
        foreach ((int chunk, List<ushort> values) in chunks)
        {
            writer.Write((ushort)chunk);
            writer.Write((ushort)(values.Count - 1));
        }
        Func<List<ushort>, byte[]> write = asRuns ? RunBytes : PlainBytes;
        List<byte[]> containers = [.. chunks.Select(chunk => write(chunk.Values))];
        if (!asRuns || chunks.Count >= 4)
        {
            int offset = (int)stream.Position + 4 * chunks.Count;
            foreach (byte[] container in containers)
            {
                writer.Write(offset);
                offset += container.Length;
            }
        }
        foreach (byte[] container in containers) writer.Write(container);
        return stream.ToArray();
    }

    private static byte[] PlainBytes(List<ushort> values)
    {
        byte[] bytes = new byte[values.Count <= 4_096 ? 2 * values.Count : 8_192];
        for (int i = 0; i < values.Count; i++)
        {
            if (values.Count <= 4_096) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), values[i]);
            else bytes[values[i] >> 3] |= (byte)(1 << (values[i] & 7));
        }
        return bytes;
    }

    private static byte[] RunBytes(List<ushort> values)
    {
        List<(ushort Start, int Length)> runs = [];
        foreach (ushort value in values)
        {
            bool extends = runs.Count > 0 && runs[^1].Start + runs[^1].Length == value;
            if (extends) runs[^1] = (runs[^1].Start, runs[^1].Length + 1);
            else runs.Add((value, 1));
        }
        byte[] bytes = new byte[2 + 4 * runs.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)runs.Count);
        for (int i = 0; i < runs.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 + 4 * i), runs[i].Start);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4 + 4 * i), (ushort)(runs[i].Length - 1));
        }
        return bytes;
    }

    private static void Scatter(List<uint> ids, Random random, int perChunk)
    {
        foreach (int chunk in s_chunks)
        {
            if (random.Next(4) == 0) continue;
            for (int i = 0; i < perChunk; i++) ids.Add(((uint)chunk << 16) + (uint)random.Next(65_536));
        }
    }

    private static void AddRuns(List<uint> ids, Random random, int perChunk, int lengthMax)
    {
        foreach (int chunk in s_chunks)
        {
            if (random.Next(4) == 0) continue;
            for (int i = 0; i < perChunk; i++)
            {
                long start = ((long)chunk << 16) + random.Next(65_536);
                AddRange(ids, start, Math.Min(start + random.Next(1, lengthMax), (chunk + 1L) << 16));
            }
        }
    }

    private static void AddRange(List<uint> ids, long start, long end)
    {
        for (long id = start; id < end; id++) ids.Add((uint)id);
    }
}
