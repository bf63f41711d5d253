using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Moves chosen values of a vector of eight to its front: one byte shuffle by a table of all 256 choices.
/// </summary>
internal static class VectorCompress
{
    private static readonly byte[] s_table = MakeTable(); // 256 × 16 bytes

    private static ReadOnlySpan<byte> Shifts =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <summary>
    /// Bit i of <paramref name="chosen"/> (below 256) chooses value i. What is behind them is of no use.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Front(Vector128<ushort> values, uint chosen)
    {
        ref byte row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(s_table), (nint)chosen * 16);
        return Vector128.ShuffleNative(values.AsByte(), Vector128.LoadUnsafe(ref row)).AsUInt16();
    }

    /// <summary>The same, moved to its back. What is before them is of no use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Back(Vector128<ushort> values, uint chosen)
    {
        // Byte i of this many places further back comes from byte i − 16 + 2 × values; 16 and below are of no use.
        ref byte shifts = ref MemoryMarshal.GetReference(Shifts);
        Vector128<byte> shift = Vector128.LoadUnsafe(ref shifts, (nuint)(2 * BitOperations.PopCount(chosen)));
        return Vector128.ShuffleNative(Front(values, chosen).AsByte(), shift).AsUInt16();
    }

    private static byte[] MakeTable()
    {
        byte[] table = new byte[256 * 16];
        for (int chosen = 0; chosen < 256; chosen++)
        {
            int at = chosen * 16;
            for (int bits = chosen; bits != 0; bits &= bits - 1)
            {
                int value = BitOperations.TrailingZeroCount(bits);
                table[at++] = (byte)(2 * value);
                table[at++] = (byte)(2 * value + 1);
            }
        }
        return table;
    }
}
