using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Values of one chunk, 16 bits wide, and the ids that they are, 32 bits wide.</summary>
internal static class Widths
{
    /// <summary>Writes the values, each with <paramref name="first"/> added, whose lower half is 0.</summary>
    public static void Widen(ReadOnlySpan<ushort> values, uint first, Span<uint> ids)
    {
        ref ushort from = ref MemoryMarshal.GetReference(values);
        ref uint to = ref MemoryMarshal.GetReference(ids[..values.Length]);
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> high = Vector256.Create(first);
            for (; i <= values.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                (Vector256<uint> lower, Vector256<uint> upper) =
                    Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
                (lower | high).StoreUnsafe(ref to, (nuint)i);
                (upper | high).StoreUnsafe(ref to, (nuint)(i + Vector256<uint>.Count));
            }
        }
        for (; i < values.Length; i++) ids[i] = first | values[i];
    }

    /// <summary>Writes the lower halves.</summary>
    public static void Narrow(ReadOnlySpan<uint> ids, Span<ushort> values)
    {
        ref uint from = ref MemoryMarshal.GetReference(ids);
        ref ushort to = ref MemoryMarshal.GetReference(values[..ids.Length]);
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= ids.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                Vector256.Narrow(
                    Vector256.LoadUnsafe(ref from, (nuint)i),
                    Vector256.LoadUnsafe(ref from, (nuint)(i + Vector256<uint>.Count))).StoreUnsafe(ref to, (nuint)i);
            }
        }
        for (; i < ids.Length; i++) values[i] = (ushort)ids[i];
    }

    /// <summary>
    /// Writes the ids of runs (pairs of first value and length − 1), ascending; returns their number.
    /// </summary>
    public static int OfRuns(ReadOnlySpan<ushort> runs, uint first, Span<uint> ids)
    {
        Vector256<uint> steps = Vector256.CreateSequence<uint>(0, 1);
        int count = 0;
        for (int i = 0; i < runs.Length; i += 2)
        {
            int length = runs[i + 1] + 1, done = 0;
            Span<uint> target = ids.Slice(count, length);
            uint start = first + runs[i];
            for (; done <= length - Vector256<uint>.Count; done += Vector256<uint>.Count)
                (Vector256.Create(start + (uint)done) + steps).CopyTo(target[done..]);
            for (; done < length; done++) target[done] = start + (uint)done;
            count += length;
        }
        return count;
    }

    /// <summary>Writes the values of runs, ascending; returns their number.</summary>
    public static int ValuesOfRuns(ReadOnlySpan<ushort> runs, Span<ushort> values)
    {
        Vector256<ushort> steps = Vector256.CreateSequence<ushort>(0, 1);
        int count = 0;
        for (int i = 0; i < runs.Length; i += 2)
        {
            int start = runs[i], length = runs[i + 1] + 1, done = 0;
            Span<ushort> target = values.Slice(count, length);
            for (; done <= length - Vector256<ushort>.Count; done += Vector256<ushort>.Count)
                (Vector256.Create((ushort)(start + done)) + steps).CopyTo(target[done..]);
            for (; done < length; done++) target[done] = (ushort)(start + done);
            count += length;
        }
        return count;
    }

    /// <summary>Writes runs, pairs of first value and length − 1, from their first and last values.</summary>
    public static void Interleave(ReadOnlySpan<ushort> first, ReadOnlySpan<ushort> last, Span<ushort> runs)
    {
        Span<uint> pairs = MemoryMarshal.Cast<ushort, uint>(runs)[..first.Length];
        int i = 0;
        for (; i <= first.Length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            Vector128<ushort> start = Vector128.Create(first[i..]), length = Vector128.Create(last[i..]) - start;
            (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(start);
            (Vector128<uint> lowerLength, Vector128<uint> upperLength) = Vector128.Widen(length);
            (lower | lowerLength << 16).CopyTo(pairs[i..]);
            (upper | upperLength << 16).CopyTo(pairs[(i + Vector128<uint>.Count)..]);
        }
        for (; i < first.Length; i++) pairs[i] = first[i] | (uint)(last[i] - first[i]) << 16;
    }
}
