using System.Runtime.CompilerServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Choices by arithmetic. The compiler makes a branch of a conditional (and of Math.Min) within a loop; one that
/// depends on merged values is mispredicted every other time, and that costs as much as twenty of these instructions.
/// </summary>
internal static class Branchless
{
    /// <summary>The first number where the condition holds, else the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Select(bool condition, int first, int second) =>
        second ^ ((first ^ second) & -Unsafe.BitCast<bool, byte>(condition));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Select(bool condition, uint first, uint second) =>
        second ^ ((first ^ second) & (uint)-Unsafe.BitCast<bool, byte>(condition));

    /// <summary>The smaller of two numbers whose difference is an int.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Min(int left, int right) => right + ((left - right) & (left - right >> 31));

    /// <summary>The larger of two numbers whose difference is an int.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Max(int left, int right) => left - ((left - right) & (left - right >> 31));

    /// <summary>1 where the condition holds, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(bool condition) => Unsafe.BitCast<bool, byte>(condition);
}
