using System.Buffers;
using Bitmapist.Roaring.Operations;
using Bitmapist.Roaring.Tests.Interop;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>One data set held by both libraries, and the operations to compare on it.</summary>
internal sealed class ComparedSets
{
    private readonly FrozenBitmap[] _ours;
    private readonly CRoaring[] _theirs;

    public ComparedSets(string name, uint[][] lists, bool optimize)
    {
        Name = name;
        _ours = [.. lists.Select(list => Ours(list, optimize))];
        _theirs = [.. lists.Select(list => Theirs(list, optimize))];
    }

    public string Name { get; }

    /// <summary>Rows: the operation, how often an action performs it, ours, CRoaring's.</summary>
    public IEnumerable<(string Name, int Count, Action Ours, Action Theirs)> Rows()
    {
        int pairs = _ours.Length - 1;
        yield return ("AND", pairs,
            () => Pairs(static (a, b) => BitmapAlgebra.And(a, b).Cardinality),
            () => NativePairs(CRoaring.roaring_bitmap_and));
        yield return ("OR", pairs,
            () => Pairs(static (a, b) => BitmapAlgebra.Or(a, b).Cardinality),
            () => NativePairs(CRoaring.roaring_bitmap_or));
        yield return ("XOR", pairs,
            () => Pairs(static (a, b) => BitmapAlgebra.Xor(a, b).Cardinality),
            () => NativePairs(CRoaring.roaring_bitmap_xor));
        yield return ("AND NOT", pairs,
            () => Pairs(static (a, b) => BitmapAlgebra.AndNot(a, b).Cardinality),
            () => NativePairs(CRoaring.roaring_bitmap_andnot));
        yield return ("AND cardinality", pairs,
            () => Pairs(static (a, b) => BitmapAlgebra.AndCardinality(a, b)), NativeCounts);
        yield return ("OR of all", 1,
            () => BitmapAlgebra.Or(_ours),
            () => CRoaring.OrMany(_theirs).Dispose());
    }

    private static FrozenBitmap Ours(uint[] ids, bool optimize)
    {
        FrozenBitmap frozen = FrozenBitmap.FromIds(ids);
        if (!optimize) return frozen;
        var bytes = new ArrayBufferWriter<byte>();
        frozen.Serialize(bytes);
        return SerializedBitmap.ReadTrusted(bytes.WrittenMemory).ToFrozen();
    }

    private static CRoaring Theirs(uint[] ids, bool optimize)
    {
        CRoaring bitmap = CRoaring.FromIds(ids);
        if (optimize) bitmap.RunOptimize();
        return bitmap;
    }

    private long Pairs(Func<FrozenBitmap, FrozenBitmap, long> operation)
    {
        long total = 0;
        for (int i = 1; i < _ours.Length; i++) total += operation(_ours[i - 1], _ours[i]);
        return total;
    }

    private void NativePairs(Func<nint, nint, nint> operation)
    {
        for (int i = 1; i < _theirs.Length; i++)
            CRoaring.roaring_bitmap_free(operation(_theirs[i - 1].Handle, _theirs[i].Handle));
    }

    private void NativeCounts()
    {
        for (int i = 1; i < _theirs.Length; i++)
            CRoaring.roaring_bitmap_and_cardinality(_theirs[i - 1].Handle, _theirs[i].Handle);
    }
}
