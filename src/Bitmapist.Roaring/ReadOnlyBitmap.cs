using System.Buffers;
using System.Diagnostics;
using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring;

/// <summary>
/// An immutable set of 32-bit ids. Any number of threads may read one at the same time. Ranges are half-open within
/// 0 … 2^32. A set is either compact (one sorted array of ids) or made of containers, one per chunk of 65,536 ids.
/// </summary>
public abstract class ReadOnlyBitmap
{
    private protected ReadOnlyBitmap()
    {
        Debug.Assert(BitConverter.IsLittleEndian, "words and serialized bytes are read in place");
    }

    /// <summary>The number of ids, 0 … 2^32; O(1).</summary>
    public abstract long Cardinality { get; }

    public bool IsEmpty => Cardinality == 0;

    /// <summary>
    /// The number of 65,536-id chunks that hold ids: a measure of the work an operation will be. O(1).
    /// </summary>
    public abstract int ChunkCount { get; }

    /// <summary>The bytes <see cref="Serialize"/> will write; reads every container.</summary>
    public long SerializedBytes => PortableWriter.MeasureBytes(this);

    /// <summary>Whether the set is one sorted array of ids, <see cref="CompactIds"/>, and has no containers.</summary>
    internal virtual bool IsCompact => false;

    internal virtual ReadOnlySpan<uint> CompactIds => default;

    internal abstract int ContainerCount { get; }

    /// <summary>The chunk of the container at an index below <see cref="ContainerCount"/>.</summary>
    internal abstract int ChunkAt(int index);

    /// <summary>The index of the first container whose chunk is at or after the given one, or the count.</summary>
    internal abstract int FindChunk(int chunk);

    internal abstract int CardinalityAt(int index);

    internal abstract ContainerView ViewAt(int index);

    /// <summary>O(log chunks + log values of one chunk).</summary>
    public virtual bool Contains(uint id)
    {
        if (IsCompact) return Containers.CompactIds.Contains(CompactIds, id);
        int chunk = (int)(id >> 16);
        int index = FindChunk(chunk);
        return index < ContainerCount && ChunkAt(index) == chunk
            && ContainerReading.Contains(ViewAt(index), (ushort)id);
    }

    /// <summary>The number of ids in start … end − 1; 0 ≤ start, end ≤ 2^32, and none when start ≥ end.</summary>
    public long CountRange(long start, long end)
    {
        AssertRange(start, end);
        if (start >= end) return 0;
        if (IsCompact) return Containers.CompactIds.CountRange(CompactIds, start, end);
        int firstChunk = (int)(start >> 16), lastChunk = (int)((end - 1) >> 16);
        long count = 0;
        for (int i = FindChunk(firstChunk); i < ContainerCount; i++)
        {
            int chunk = ChunkAt(i);
            if (chunk > lastChunk) break;
            int from = chunk == firstChunk ? (int)(start & 0xFFFF) : 0;
            int to = chunk == lastChunk ? (int)((end - 1) & 0xFFFF) + 1 : FormRules.ChunkIds;
            count += from == 0 && to == FormRules.ChunkIds
                ? CardinalityAt(i)
                : ContainerReading.CountRange(ViewAt(i), from, to);
        }
        return count;
    }

    /// <summary>The largest id; false when there is none.</summary>
    public bool TryMax(out uint id)
    {
        id = 0;
        if (IsEmpty) return false;
        int last = ContainerCount - 1;
        id = IsCompact ? CompactIds[^1] : ((uint)ChunkAt(last) << 16) | (uint)ContainerReading.Max(ViewAt(last));
        return true;
    }

    /// <summary>
    /// The id that <paramref name="rank"/> others are smaller than; false when there are not so many. O(chunks).
    /// </summary>
    /// <param name="rank">Not negative; 0 is the smallest id.</param>
    /// <param name="id">The id.</param>
    public bool TrySelect(long rank, out uint id)
    {
        id = 0;
        if (rank >= Cardinality) return false;
        if (IsCompact)
        {
            id = CompactIds[(int)rank];
            return true;
        }
        int index = 0;
        for (; rank >= CardinalityAt(index); index++) rank -= CardinalityAt(index);
        ContainerView view = ViewAt(index);
        int low = 0, high = FormRules.ChunkIds - 1; // the smallest value up to which there are more than rank
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ContainerReading.CountRange(view, 0, middle + 1) > rank) high = middle;
            else low = middle + 1;
        }
        id = ((uint)ChunkAt(index) << 16) | (uint)low;
        return true;
    }

    /// <summary>The smallest id at or after <paramref name="from"/> (0 … 2^32), or −1.</summary>
    public long NextSet(long from)
    {
        AssertRange(from, from);
        if (IsCompact) return Containers.CompactIds.NextSet(CompactIds, from);
        if (from == RoaringLimits.IdsMax) return -1;
        int chunk = (int)(from >> 16);
        for (int i = FindChunk(chunk); i < ContainerCount; i++)
        {
            int found = ContainerReading.NextSet(ViewAt(i), ChunkAt(i) == chunk ? (int)(from & 0xFFFF) : 0);
            if (found >= 0) return ((long)ChunkAt(i) << 16) + found;
        }
        return -1;
    }

    /// <summary>
    /// The smallest non-member at or after <paramref name="from"/> (0 … 2^32); 2^32 when every id from there on is
    /// held.
    /// </summary>
    public long NextClear(long from)
    {
        AssertRange(from, from);
        if (IsCompact) return Containers.CompactIds.NextClear(CompactIds, from);
        if (from == RoaringLimits.IdsMax) return from;
        int chunk = (int)(from >> 16);
        for (int i = FindChunk(chunk); i < ContainerCount && ChunkAt(i) == chunk; i++, chunk++)
        {
            int clear = ContainerReading.NextClear(ViewAt(i), (int)(from & 0xFFFF));
            from = ((long)chunk << 16) + clear;
            if (clear < FormRules.ChunkIds) return from;
        }
        return from;
    }

    /// <summary>
    /// Writes a window of the set as bits: bit i of words[w] is id (firstWord + w) × 64 + i. The window lies within the
    /// 2^26 words that cover all ids.
    /// </summary>
    public void CopyWordsTo(long firstWord, Span<ulong> words)
    {
        Debug.Assert(firstWord >= 0 && firstWord + words.Length <= RoaringLimits.WordsMax);
        words.Clear();
        if (words.IsEmpty) return;
        if (IsCompact)
        {
            Containers.CompactIds.OrWindow(CompactIds, firstWord, words);
            return;
        }
        long endWord = firstWord + words.Length;
        for (int i = FindChunk((int)(firstWord / FormRules.ChunkWords)); i < ContainerCount; i++)
        {
            long chunkWord = (long)ChunkAt(i) * FormRules.ChunkWords;
            if (chunkWord >= endWord) break;
            long from = Math.Max(firstWord, chunkWord), to = Math.Min(endWord, chunkWord + FormRules.ChunkWords);
            ContainerReading.OrWindow(
                ViewAt(i), (int)(from - chunkWord), words.Slice((int)(from - firstWord), (int)(to - from)));
        }
    }

    /// <summary>
    /// Writes all ids, ascending, to the start of a span with room for <see cref="Cardinality"/> of them; O(ids).
    /// </summary>
    /// <exception cref="ArgumentException">There is not room for all.</exception>
    public void CopyIdsTo(Span<uint> ids)
    {
        if (ids.Length < Cardinality) throw new ArgumentException("There is not room for all ids.", nameof(ids));
        if (IsCompact)
        {
            CompactIds.CopyTo(ids);
            return;
        }
        for (int i = 0, written = 0; i < ContainerCount; i++)
        {
            ContainerView view = ViewAt(i);
            ContainerReading.CopyIds(view, ChunkAt(i), ids.Slice(written, view.Cardinality));
            written += view.Cardinality;
        }
    }

    /// <summary>
    /// Writes the smallest ids at or after <paramref name="from"/> (0 … 2^32), ascending, as many as there is room
    /// for.
    /// O(ids written + ids of one chunk).
    /// </summary>
    /// <returns>How many were written: fewer than there is room for where the set ends.</returns>
    public int CopyIdsTo(long from, Span<uint> ids)
    {
        AssertRange(from, from);
        if (from == RoaringLimits.IdsMax) return 0;
        if (IsCompact)
        {
            ReadOnlySpan<uint> rest = CompactIds[(int)Containers.CompactIds.CountRange(CompactIds, 0, from)..];
            rest = rest[..Math.Min(rest.Length, ids.Length)];
            rest.CopyTo(ids);
            return rest.Length;
        }
        int written = 0;
        int firstChunk = (int)(from >> 16);
        for (int i = FindChunk(firstChunk); i < ContainerCount && written < ids.Length; i++)
        {
            ContainerView view = ViewAt(i);
            int skipped = ChunkAt(i) == firstChunk ? ContainerReading.CountRange(view, 0, (int)(from & 0xFFFF)) : 0;
            int wanted = Math.Min(view.Cardinality - skipped, ids.Length - written);
            if (wanted == view.Cardinality)
            {
                ContainerReading.CopyIds(view, ChunkAt(i), ids.Slice(written, wanted));
            }
            else
            {
                uint[] whole = ArrayPool<uint>.Shared.Rent(view.Cardinality);
                ContainerReading.CopyIds(view, ChunkAt(i), whole.AsSpan(0, view.Cardinality));
                whole.AsSpan(skipped, wanted).CopyTo(ids[written..]);
                ArrayPool<uint>.Shared.Return(whole);
            }
            written += wanted;
        }
        return written;
    }

    /// <summary>
    /// Writes the set in the portable format (docs/format/roaring.md), each container in its smallest form.
    /// </summary>
    public void Serialize(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        PortableWriter.Write(this, output);
    }

    /// <summary>The same set in memory: itself, or a copy with every container in its best form there.</summary>
    public abstract FrozenBitmap ToFrozen();

    private static void AssertRange(long start, long end)
    {
        Debug.Assert(start is >= 0 and <= RoaringLimits.IdsMax, "range start outside 0 … 2^32");
        Debug.Assert(end is >= 0 and <= RoaringLimits.IdsMax, "range end outside 0 … 2^32");
    }
}
