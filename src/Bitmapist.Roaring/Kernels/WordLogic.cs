using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// AND, OR, XOR and AND NOT of words with the result's cardinality counted on the way. Operands and result have the
/// same length and may be the same memory.
/// </summary>
internal static class WordLogic
{
    public static int And(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) =>
        Combine<WordOperations.And>(left, right, result);

    public static int Or(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) =>
        Combine<WordOperations.Or>(left, right, result);

    public static int Xor(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) =>
        Combine<WordOperations.Xor>(left, right, result);

    public static int AndNot(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) =>
        Combine<WordOperations.AndNot>(left, right, result);

    /// <summary>The cardinality of the intersection; writes nothing.</summary>
    public static int AndCount(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right) =>
        Avx512BW.IsSupported ? AndCountVector512(left, right)
        : Avx2.IsSupported ? AndCountVector256(left, right)
        : AndCountScalar(left, right);

    /// <summary>target |= source, without counting.</summary>
    public static void OrInto(ReadOnlySpan<ulong> source, Span<ulong> target) =>
        CombineInto<WordOperations.Or>(source, target);

    /// <summary>target |= left | right, without counting: one pass over the target.</summary>
    public static void OrInto(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> target)
    {
        AssertSameLength(left, right, target);
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        ref ulong to = ref MemoryMarshal.GetReference(target);
        nuint i = 0, length = (nuint)target.Length;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i + 8 <= length; i += 8)
            {
                (Vector512.LoadUnsafe(ref a, i) | Vector512.LoadUnsafe(ref b, i) | Vector512.LoadUnsafe(ref to, i))
                    .StoreUnsafe(ref to, i);
            }
        }
        for (; i + 4 <= length; i += 4)
        {
            (Vector256.LoadUnsafe(ref a, i) | Vector256.LoadUnsafe(ref b, i) | Vector256.LoadUnsafe(ref to, i))
                .StoreUnsafe(ref to, i);
        }
        for (int rest = (int)i; rest < target.Length; rest++) target[rest] |= left[rest] | right[rest];
    }

    /// <summary>target ^= source, without counting.</summary>
    public static void XorInto(ReadOnlySpan<ulong> source, Span<ulong> target) =>
        CombineInto<WordOperations.Xor>(source, target);

    private static int Combine<TOperation>(
        ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) where TOperation : IWordOperation =>
        Avx512BW.IsSupported ? CombineVector512<TOperation>(left, right, result)
        : Avx2.IsSupported ? CombineVector256<TOperation>(left, right, result)
        : CombineScalar<TOperation>(left, right, result);

    internal static int CombineScalar<TOperation>(
        ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) where TOperation : IWordOperation
    {
        int count = 0;
        for (int i = 0; i < result.Length; i++)
            count += BitOperations.PopCount(result[i] = TOperation.Apply(left[i], right[i]));
        return count;
    }

    internal static int CombineVector256<TOperation>(
        ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) where TOperation : IWordOperation
    {
        AssertSameLength(left, right, result);
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        ref ulong target = ref MemoryMarshal.GetReference(result);
        Vector256<ulong> counts = Vector256<ulong>.Zero;
        nuint i = 0, step = (nuint)Vector256<ulong>.Count;
        for (nuint blocksEnd = BlocksEnd(result.Length, Vector256<ulong>.Count); i < blocksEnd;)
        {
            Vector256<byte> block = Vector256<byte>.Zero;
            for (int n = 0; n < PopCount.BlockVectors; n++, i += step)
            {
                Vector256<ulong> words = TOperation.Apply(
                    Vector256.LoadUnsafe(ref a, i), Vector256.LoadUnsafe(ref b, i));
                words.StoreUnsafe(ref target, i);
                block += PopCount.OfBytes(words.AsByte());
            }
            counts += Avx2.SumAbsoluteDifferences(block, Vector256<byte>.Zero).AsUInt64();
        }
        int done = (int)i;
        return (int)Vector256.Sum(counts) + CombineScalar<TOperation>(left[done..], right[done..], result[done..]);
    }

    internal static int CombineVector512<TOperation>(
        ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) where TOperation : IWordOperation
    {
        AssertSameLength(left, right, result);
        int done = result.Length - result.Length % CarrySaveCount.BlockWords;
        int count = CarrySaveCount.Count(new WrittenSource<TOperation>(left, right, result), (nuint)done);
        return count + CombineScalar<TOperation>(left[done..], right[done..], result[done..]);
    }

    internal static int AndCountScalar(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int count = 0;
        for (int i = 0; i < left.Length; i++) count += BitOperations.PopCount(left[i] & right[i]);
        return count;
    }

    internal static int AndCountVector256(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        AssertSameLength(left, right, left);
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        Vector256<ulong> counts = Vector256<ulong>.Zero;
        nuint i = 0, step = (nuint)Vector256<ulong>.Count;
        for (nuint blocksEnd = BlocksEnd(left.Length, Vector256<ulong>.Count); i < blocksEnd;)
        {
            Vector256<byte> block = Vector256<byte>.Zero;
            for (int n = 0; n < PopCount.BlockVectors; n++, i += step)
                block += PopCount.OfBytes((Vector256.LoadUnsafe(ref a, i) & Vector256.LoadUnsafe(ref b, i)).AsByte());
            counts += Avx2.SumAbsoluteDifferences(block, Vector256<byte>.Zero).AsUInt64();
        }
        int done = (int)i;
        return (int)Vector256.Sum(counts) + AndCountScalar(left[done..], right[done..]);
    }

    internal static int AndCountVector512(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        AssertSameLength(left, right, left);
        int done = left.Length - left.Length % CarrySaveCount.BlockWords;
        int count = CarrySaveCount.Count(new PairSource<WordOperations.And>(left, right), (nuint)done);
        return count + AndCountScalar(left[done..], right[done..]);
    }

    private static void CombineInto<TOperation>(ReadOnlySpan<ulong> source, Span<ulong> target)
        where TOperation : IWordOperation
    {
        if (Vector512.IsHardwareAccelerated) CombineIntoVector512<TOperation>(source, target);
        else if (Vector256.IsHardwareAccelerated) CombineIntoVector256<TOperation>(source, target);
        else CombineIntoScalar<TOperation>(source, target);
    }

    internal static void CombineIntoScalar<TOperation>(ReadOnlySpan<ulong> source, Span<ulong> target)
        where TOperation : IWordOperation
    {
        for (int i = 0; i < target.Length; i++) target[i] = TOperation.Apply(target[i], source[i]);
    }

    internal static void CombineIntoVector512<TOperation>(ReadOnlySpan<ulong> source, Span<ulong> target)
        where TOperation : IWordOperation
    {
        AssertSameLength(source, source, target);
        ref ulong from = ref MemoryMarshal.GetReference(source), to = ref MemoryMarshal.GetReference(target);
        nuint i = 0, step = (nuint)Vector512<ulong>.Count;
        for (nuint length = (nuint)target.Length; i + step <= length; i += step)
            TOperation.Apply(Vector512.LoadUnsafe(ref to, i), Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
        CombineIntoScalar<TOperation>(source[(int)i..], target[(int)i..]);
    }

    internal static void CombineIntoVector256<TOperation>(ReadOnlySpan<ulong> source, Span<ulong> target)
        where TOperation : IWordOperation
    {
        AssertSameLength(source, source, target);
        ref ulong from = ref MemoryMarshal.GetReference(source), to = ref MemoryMarshal.GetReference(target);
        nuint i = 0, step = (nuint)Vector256<ulong>.Count;
        for (nuint length = (nuint)target.Length; i + step <= length; i += step)
            TOperation.Apply(Vector256.LoadUnsafe(ref to, i), Vector256.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
        CombineIntoScalar<TOperation>(source[(int)i..], target[(int)i..]);
    }

    /// <summary>The words that whole blocks of vectors cover.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint BlocksEnd(int length, int vectorWords)
    {
        int blockWords = PopCount.BlockVectors * vectorWords;
        return (nuint)(length - length % blockWords);
    }

    [Conditional("DEBUG")]
    private static void AssertSameLength(
        ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, ReadOnlySpan<ulong> result) =>
        Debug.Assert(left.Length == result.Length && right.Length == result.Length);
}

/// <summary>
/// A bitwise operation on words at every width; a type argument, so that each use compiles to its own loop.
/// </summary>
internal interface IWordOperation
{
    static abstract ulong Apply(ulong left, ulong right);

    static abstract Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right);

    static abstract Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right);
}

/// <summary>The bitwise operations there are.</summary>
internal static class WordOperations
{
    internal readonly struct And : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left & right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left & right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left & right;
    }

    internal readonly struct Or : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left | right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left | right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left | right;
    }

    internal readonly struct Xor : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left ^ right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;
    }

    internal readonly struct AndNot : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left & ~right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left & ~right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left & ~right;
    }
}
