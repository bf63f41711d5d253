using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>OR and XOR of compact sets: two are merged, of more the ids are gathered and put in order.</summary>
internal static class CompactMerge
{
    /// <summary>Ids of a pair merged on the stack: 2 KiB.</summary>
    private const int StackIdsMax = 512;

    /// <summary>
    /// From so many ids a chunk on they are gathered as bits instead of sorted: visiting the words of a chunk costs
    /// some 600 ns, sorting an id and leaving out its likes 8 (measured).
    /// </summary>
    private const int BitsetIdsMin = 80;

    /// <summary>Chunks gathered as bits at once, 8 KiB each.</summary>
    private const int BitsetChunksMax = 512;

    /// <summary>Ids gathered at once, repeated ones included: 8 MiB to sort them in, whatever is asked for.</summary>
    public const int GatheredIdsMax = 1 << 20;

    /// <summary>
    /// The operands that are not empty; all compact ones are replaced by their union (or symmetric difference) when
    /// there is nothing else or gathering them costs less than walking them chunk by chunk with the others.
    /// </summary>
    public static ReadOnlyBitmap[] MergeCompact(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        CompactSummary compact = CompactSummary.Of(operands);
        bool isMerged = compact.IsGatheredBetter;
        int count = compact.OperandCount, compactCount = compact.Count, parts = 1, partIds = 0;
        foreach (ReadOnlyBitmap operand in operands)
            if (operand.IsCompact && StartsPart(ref partIds, operand.CompactIds.Length)) parts++;
        var rest = new ReadOnlyBitmap[isMerged ? count - compactCount + parts : count];
        int kept = 0;
        foreach (ReadOnlyBitmap operand in operands)
            if (!operand.IsEmpty && !(isMerged && operand.IsCompact)) rest[kept++] = operand;
        if (isMerged) GatherParts(operands, rest.AsSpan(kept), operation);
        return rest;
    }

    /// <summary>The unions (or symmetric differences) of the compact operands, in parts of bounded size.</summary>
    private static void GatherParts(
        ReadOnlySpan<ReadOnlyBitmap> operands, Span<ReadOnlyBitmap> parts, SetOperation operation)
    {
        int part = 0, from = 0, ids = 0;
        for (int i = 0; i < operands.Length; i++)
        {
            if (operands[i].IsEmpty || !operands[i].IsCompact) continue;
            int before = ids;
            if (!StartsPart(ref ids, operands[i].CompactIds.Length)) continue;
            parts[part++] = Gather(operands[from..i], before, operation);
            from = i;
        }

        parts[part] = Gather(operands[from..], ids, operation);
    }

    /// <summary>Whether another set's ids would be too many for the part, and so begin another.</summary>
    /// <param name="ids">The part's ids, this set's included afterwards.</param>
    /// <param name="more">The set's.</param>
    private static bool StartsPart(ref int ids, int more)
    {
        bool isOther = ids + more > GatheredIdsMax;
        ids = isOther ? more : ids + more;
        return isOther;
    }

    /// <summary>The union (or symmetric difference) of two compact sets.</summary>
    public static FrozenBitmap Pair(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, SetOperation operation)
    {
        Span<uint> merged = left.Length + right.Length <= StackIdsMax
            ? stackalloc uint[StackIdsMax]
            : new uint[left.Length + right.Length];
        int count = operation == SetOperation.Or
            ? IdMerge.Union(left, right, merged)
            : IdMerge.SymmetricDifference(left, right, merged);
        return FrozenBitmap.FromAscending(merged[..count]);
    }

    /// <summary>
    /// The size of the union (or symmetric difference) of the compact ones among the operands, at least one; allocates
    /// nothing.
    /// </summary>
    public static int Count(ReadOnlySpan<ReadOnlyBitmap> operands, int idCount, SetOperation operation)
    {
        if (IsGatheredAsBits(operands, idCount, out int firstChunk, out int chunks))
        {
            using PooledArray<ulong> words = new(chunks * FormRules.ChunkWords);
            SetBits(operands, firstChunk, operation, words.Span);
            return PopCount.Count(words.Span);
        }

        using PooledArray<uint> room = new(2 * idCount);
        return GatherSorted(operands, room.Span, operation);
    }

    /// <summary>The union (or symmetric difference) of the compact ones among the operands, at least one.</summary>
    private static FrozenBitmap Gather(ReadOnlySpan<ReadOnlyBitmap> operands, int idCount, SetOperation operation)
    {
        if (IsGatheredAsBits(operands, idCount, out int firstChunk, out int chunks))
            return GatherBits(operands, firstChunk, chunks, operation);
        using PooledArray<uint> room = new(2 * idCount);
        return FrozenBitmap.FromAscending(room.Span[..GatherSorted(operands, room.Span, operation)]);
    }

    private static bool IsGatheredAsBits(
        ReadOnlySpan<ReadOnlyBitmap> operands, int idCount, out int firstChunk, out int chunks)
    {
        uint lowest = uint.MaxValue, highest = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty || !operand.IsCompact) continue;
            lowest = Math.Min(lowest, operand.CompactIds[0]);
            highest = Math.Max(highest, operand.CompactIds[^1]);
        }

        firstChunk = (int)(lowest >> 16);
        chunks = (int)(highest >> 16) - firstChunk + 1;
        return idCount >= BitsetIdsMin * (long)chunks && chunks <= BitsetChunksMax;
    }

    private static FrozenBitmap GatherBits(
        ReadOnlySpan<ReadOnlyBitmap> operands, int firstChunk, int chunks, SetOperation operation)
    {
        using PooledArray<ulong> pooled = new(chunks * FormRules.ChunkWords);
        Span<ulong> words = pooled.Span;
        SetBits(operands, firstChunk, operation, words);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Workspace scratch = Workspace.First;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            ReadOnlySpan<ulong> bits = words.Slice(chunk * FormRules.ChunkWords, FormRules.ChunkWords);
            int cardinality = PopCount.Count(bits);
            if (cardinality > FormRules.ArrayMax)
            {
                result.Append(firstChunk + chunk, ContainerView.OfBitset(bits, cardinality), scratch);
                continue;
            }

            BitExtraction.Values(bits, cardinality, scratch.Values);
            result.Append(firstChunk + chunk, scratch.ArrayResult(cardinality), scratch);
        }

        return result.ToFrozen();
    }

    private static void SetBits(
        ReadOnlySpan<ReadOnlyBitmap> operands, int firstChunk, SetOperation operation, Span<ulong> words)
    {
        words.Clear();
        uint first = (uint)firstChunk << 16;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (!operand.IsCompact) continue;
            if (operation == SetOperation.Or)
                foreach (uint id in operand.CompactIds) words[(int)((id - first) >> 6)] |= 1UL << (int)id;
            else
                foreach (uint id in operand.CompactIds) words[(int)((id - first) >> 6)] ^= 1UL << (int)id;
        }
    }

    /// <summary>
    /// Writes the union (or symmetric difference) of the compact ones among the operands to the start of a span with
    /// room for all their ids twice; returns the number of ids.
    /// </summary>
    public static int GatherSorted(ReadOnlySpan<ReadOnlyBitmap> operands, Span<uint> room, SetOperation operation)
    {
        int idCount = room.Length / 2, count = 0;
        Span<uint> ids = room[..idCount];
        uint lowest = uint.MaxValue, highest = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty || !operand.IsCompact) continue;
            operand.CompactIds.CopyTo(ids[count..]);
            count += operand.CompactIds.Length;
            lowest = Math.Min(lowest, operand.CompactIds[0]);
            highest = Math.Max(highest, operand.CompactIds[^1]);
        }

        Span<uint> sorted = IdSort.Sort(ids, room[idCount..], lowest, highest);
        count = operation == SetOperation.Or ? KeepOnce(sorted) : KeepOdd(sorted);
        if (sorted != ids) sorted[..count].CopyTo(ids);
        return count;
    }

    /// <summary>Keeps each of the ascending ids once; returns how many that are.</summary>
    private static int KeepOnce(Span<uint> ids)
    {
        int count = 1;
        for (int i = 1; i < ids.Length; i++)
        {
            ids[count] = ids[i];
            count += ids[i] != ids[count - 1] ? 1 : 0;
        }

        return count;
    }

    /// <summary>Keeps those of the ascending ids that are there an odd number of times, once.</summary>
    private static int KeepOdd(Span<uint> ids)
    {
        int count = 0;
        foreach (uint id in ids)
        {
            if (count > 0 && ids[count - 1] == id) count--; // it and its like are gone
            else ids[count++] = id;
        }

        return count;
    }
}

/// <summary>What compact sets there are among operands.</summary>
internal readonly record struct CompactSummary
{
    /// <summary>What gathering and sorting costs for each id, measured in ns.</summary>
    private const int GatherCost = 8;

    /// <summary>
    /// What walking a compact set costs for each of its chunks beside other operands, measured in ns.
    /// </summary>
    private const int WalkCost = 30;

    /// <summary>Operands that are not empty.</summary>
    public int OperandCount { get; private init; }

    /// <summary>Those of them that are compact.</summary>
    public int Count { get; private init; }

    /// <summary>Their ids, repeated ones included.</summary>
    public long IdCount { get; private init; }

    /// <summary>
    /// Whether there are several, and either nothing else, or gathering them costs less than walking them chunk by
    /// chunk with the others.
    /// </summary>
    public bool IsGatheredBetter { get; private init; }

    public static CompactSummary Of(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        int count = 0, compactCount = 0;
        long idCount = 0, chunkCount = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            count++;
            if (!operand.IsCompact) continue;
            compactCount++;
            idCount += operand.CompactIds.Length;
            chunkCount += operand.ChunkCount;
        }

        return new CompactSummary
        {
            OperandCount = count,
            Count = compactCount,
            IdCount = idCount,
            IsGatheredBetter = compactCount > 1
                && (compactCount == count || GatherCost * idCount <= WalkCost * chunkCount),
        };
    }
}
