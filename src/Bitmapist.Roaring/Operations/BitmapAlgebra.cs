using System.Diagnostics;
using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Set algebra on one or more bitmaps, in memory or serialized. Operands stay as they are; results may share
/// containers with operands in memory. Any number of threads may work on the same operands.
/// </summary>
public static class BitmapAlgebra
{
    /// <summary>The ids in every operand (at least one); O(chunks all of them have).</summary>
    public static FrozenBitmap And(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Intersection.Of(operands);
    }

    /// <summary>The ids in any operand (at least one).</summary>
    public static FrozenBitmap Or(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Union.Of(operands, SetOperation.Or);
    }

    /// <summary>The ids in an odd number of operands (at least one).</summary>
    public static FrozenBitmap Xor(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Union.Of(operands, SetOperation.Xor);
    }

    /// <summary>
    /// The ids of <paramref name="first"/> that are in none of <paramref name="rest"/>, which may be empty.
    /// </summary>
    public static FrozenBitmap AndNot(ReadOnlyBitmap first, params ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        ArgumentNullException.ThrowIfNull(first);
        return Difference.Of(first, rest);
    }

    /// <summary>The operand with membership of start … end − 1 reversed; 0 ≤ start ≤ end ≤ 2^32.</summary>
    public static FrozenBitmap Flip(ReadOnlyBitmap operand, long start, long end)
    {
        ArgumentNullException.ThrowIfNull(operand);
        Debug.Assert(start >= 0 && start <= end && end <= RoaringLimits.IdsMax, "range outside 0 … 2^32");
        return Union.Of([operand, Range(start, end)], SetOperation.Xor);
    }

    /// <summary>The cardinality of <see cref="And"/>, without building it; allocates nothing.</summary>
    public static long AndCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Intersection.Count(operands);
    }

    /// <summary>The cardinality of <see cref="Or"/>, without building it; allocates nothing.</summary>
    public static long OrCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return UnionCount.Of(operands, SetOperation.Or);
    }

    /// <summary>The cardinality of <see cref="Xor"/>, without building it; allocates nothing.</summary>
    public static long XorCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return UnionCount.Of(operands, SetOperation.Xor);
    }

    /// <summary>The cardinality of <see cref="AndNot"/>, without building it; allocates nothing.</summary>
    public static long AndNotCardinality(ReadOnlyBitmap first, params ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        ArgumentNullException.ThrowIfNull(first);
        return Difference.Count(first, rest);
    }

    /// <summary>The ids start … end − 1; full chunks share one array. O(chunks).</summary>
    public static FrozenBitmap Range(long start, long end)
    {
        if (start >= end) return FrozenBitmap.Empty;
        ResultBuilder result = ResultBuilder.ForThisThread();
        int firstChunk = (int)(start >> 16), lastChunk = (int)((end - 1) >> 16);
        for (int chunk = firstChunk; chunk <= lastChunk; chunk++)
        {
            int from = chunk == firstChunk ? (int)(start & 0xFFFF) : 0;
            int to = chunk == lastChunk ? (int)((end - 1) & 0xFFFF) + 1 : FormRules.ChunkIds;
            result.AppendContainer(chunk, to - from == FormRules.ChunkIds
                ? FullChunk.Container
                : Container.OfRuns([(ushort)from, (ushort)(to - from - 1)], 1, to - from));
        }

        return result.ToFrozen();
    }

    private static void RequireOperands(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        if (operands.IsEmpty) throw new ArgumentException("At least one operand is needed.", nameof(operands));
    }
}
