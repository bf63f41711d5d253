using System.Diagnostics;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring;

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
        Debug.Assert(start >= 0 && start <= end && end <= Limits.IdsMax, "range outside 0 … 2^32");
        return Union.Of([operand, RangeBitmap.Of(start, end)], SetOperation.Xor);
    }

    /// <summary>The cardinality of <see cref="And"/>, without building it.</summary>
    public static long AndCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Intersection.Count(operands);
    }

    /// <summary>The cardinality of <see cref="Or"/>, without building it.</summary>
    public static long OrCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Union.Count(operands, SetOperation.Or);
    }

    /// <summary>The cardinality of <see cref="Xor"/>, without building it.</summary>
    public static long XorCardinality(params ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        RequireOperands(operands);
        return Union.Count(operands, SetOperation.Xor);
    }

    /// <summary>The cardinality of <see cref="AndNot"/>, without building it.</summary>
    public static long AndNotCardinality(ReadOnlyBitmap first, params ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        ArgumentNullException.ThrowIfNull(first);
        return Difference.Count(first, rest);
    }

    private static void RequireOperands(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        if (operands.IsEmpty) throw new ArgumentException("At least one operand is needed.", nameof(operands));
    }
}
