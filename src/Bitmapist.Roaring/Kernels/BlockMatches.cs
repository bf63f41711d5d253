using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Which of eight values are among eight others: every one is compared with every one, by turning the others in their
/// vector. Blocks are read from memory, because a vector of several copies of one is then a single load.
/// </summary>
internal static unsafe class BlockMatches
{
    /// <summary>Values of a block.</summary>
    public const int Block = 8;

    // Byte indices of four values from the i-th on, so that TurnI with Turn(I + 4) turns a block by i places. Written
    // as words, because the compiler folds those to constants.
    private const ulong Turn0 = 0x0706_0504_0302_0100, Turn1 = 0x0908_0706_0504_0302;
    private const ulong Turn2 = 0x0B0A_0908_0706_0504, Turn3 = 0x0D0C_0B0A_0908_0706;
    private const ulong Turn4 = 0x0F0E_0D0C_0B0A_0908, Turn5 = 0x0100_0F0E_0D0C_0B0A;
    private const ulong Turn6 = 0x0302_0100_0F0E_0D0C, Turn7 = 0x0504_0302_0100_0F0E;

    public static bool IsAccelerated => Vector128.IsHardwareAccelerated;

    /// <summary>Bit i (of 8) says whether value i of the left block is anywhere in the right one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Find(ushort* left, ushort* right)
    {
        if (!Avx512BW.IsSupported) return Avx2.IsSupported ? FindVector256(left, right) : FindVector128(left, right);
        uint lanes = FindVector512(left, right);
        lanes |= lanes >> 16;
        return (lanes | lanes >> 8) & 0xFF;
    }

    /// <summary>A number with one bit for each value of the left block that is in the right one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mark(ushort* left, ushort* right) =>
        Avx512BW.IsSupported ? FindVector512(left, right)
        : Avx2.IsSupported ? FindVector256(left, right)
        : FindVector128(left, right);

    /// <summary>
    /// The same as <see cref="Find"/>, where hidden values of the right block (all ones) match nothing.
    /// </summary>
    public static uint FindSeen(ushort* left, ushort* right, Vector128<ushort> hidden)
    {
        if (Avx512BW.IsSupported) return FindSeenVector512(left, right, hidden);
        Vector128<ushort> values = Vector128.Load(left), others = Vector128.Load(right);
        Vector128<ushort> equal = Vector128<ushort>.Zero;
        Vector128<byte> turn = Vector128.Create(Turn0, Turn4).AsByte(), last = Vector128.Create((byte)15);
        for (int i = 0; i < Block; i++)
        {
            equal |= Vector128.AndNot(Vector128.Equals(values, Turned(others, turn)), Turned(hidden, turn));
            turn = (turn + Vector128.Create((byte)2)) & last;
        }
        return equal.ExtractMostSignificantBits();
    }

    /// <summary>
    /// Bit i, i + 8, i + 16 or i + 24 says that value i matches. The right block in four lanes, turned by 0, 1, 2 and 3
    /// values, and again by 4 more: two comparisons see all 64 pairs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint FindVector512(ushort* left, ushort* right)
    {
        Vector512<byte> turns = Vector512.Create(
            Turn0, Turn4, Turn1, Turn5, Turn2, Turn6, Turn3, Turn7).AsByte();
        Vector512<byte> further = Vector512.Create(
            Turn4, Turn0, Turn5, Turn1, Turn6, Turn2, Turn7, Turn3).AsByte();
        Vector512<ushort> values = Avx512F.BroadcastVector128ToVector512((uint*)left).AsUInt16();
        Vector512<byte> others = Avx512F.BroadcastVector128ToVector512((uint*)right).AsByte();
        // Equal values differ by nothing: the smaller of two differences is zero where either is.
        Vector512<ushort> differences = Vector512.Min(
            values ^ Avx512BW.Shuffle(others, turns).AsUInt16(), values ^ Avx512BW.Shuffle(others, further).AsUInt16());
        return (uint)Vector512.Equals(differences, Vector512<ushort>.Zero).ExtractMostSignificantBits();
    }

    private static uint FindSeenVector512(ushort* left, ushort* right, Vector128<ushort> hidden)
    {
        Vector512<byte> turns = Vector512.Create(
            Turn0, Turn4, Turn1, Turn5, Turn2, Turn6, Turn3, Turn7).AsByte();
        Vector512<byte> further = Vector512.Create(
            Turn4, Turn0, Turn5, Turn1, Turn6, Turn2, Turn7, Turn3).AsByte();
        Vector512<ushort> values = Avx512F.BroadcastVector128ToVector512((uint*)left).AsUInt16();
        Vector512<byte> others = Avx512F.BroadcastVector128ToVector512((uint*)right).AsByte();
        Vector512<byte> unseen = Vector512.Create(Vector256.Create(hidden, hidden)).AsByte();
        // A hidden value differs by all ones.
        Vector512<ushort> differences = Vector512.Min(
            values ^ Avx512BW.Shuffle(others, turns).AsUInt16() | Avx512BW.Shuffle(unseen, turns).AsUInt16(),
            values ^ Avx512BW.Shuffle(others, further).AsUInt16() | Avx512BW.Shuffle(unseen, further).AsUInt16());
        uint lanes = (uint)Vector512.Equals(differences, Vector512<ushort>.Zero).ExtractMostSignificantBits();
        lanes |= lanes >> 16;
        return (lanes | lanes >> 8) & 0xFF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint FindVector256(ushort* left, ushort* right)
    {
        Vector256<ushort> values = Avx2.BroadcastVector128ToVector256(left);
        Vector256<byte> others = Avx2.BroadcastVector128ToVector256(right).AsByte();
        Vector256<byte> turned0 = Avx2.Shuffle(others, Vector256.Create(Turn0, Turn4, Turn1, Turn5).AsByte());
        Vector256<byte> turned2 = Avx2.Shuffle(others, Vector256.Create(Turn2, Turn6, Turn3, Turn7).AsByte());
        Vector256<byte> turned4 = Avx2.Shuffle(others, Vector256.Create(Turn4, Turn0, Turn5, Turn1).AsByte());
        Vector256<byte> turned6 = Avx2.Shuffle(others, Vector256.Create(Turn6, Turn2, Turn7, Turn3).AsByte());
        Vector256<ushort> equal =
            Vector256.Equals(values, turned0.AsUInt16()) | Vector256.Equals(values, turned2.AsUInt16())
            | Vector256.Equals(values, turned4.AsUInt16()) | Vector256.Equals(values, turned6.AsUInt16());
        return (equal.GetLower() | equal.GetUpper()).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint FindVector128(ushort* left, ushort* right)
    {
        Vector128<ushort> values = Vector128.Load(left), others = Vector128.Load(right);
        Vector128<ushort> equal = Vector128.Equals(values, others)
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn1, Turn5).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn2, Turn6).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn3, Turn7).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn4, Turn0).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn5, Turn1).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn6, Turn2).AsByte()))
            | Vector128.Equals(values, Turned(others, Vector128.Create(Turn7, Turn3).AsByte()));
        return equal.ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Turned(Vector128<ushort> values, Vector128<byte> turn) =>
        Vector128.ShuffleNative(values.AsByte(), turn).AsUInt16();
}
