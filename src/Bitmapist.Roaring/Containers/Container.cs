using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bitmapist.Roaring.Containers;

/// <summary>How the ids of one chunk are held.</summary>
internal enum ContainerKind : byte
{
    /// <summary>Strictly ascending 16-bit values.</summary>
    Array = 1,

    /// <summary>1,024 words; bit i of word w is value w × 64 + i.</summary>
    Bitset = 2,

    /// <summary>Ascending disjoint runs, each a pair of 16-bit numbers: first value, length − 1.</summary>
    Run = 3,
}

/// <summary>
/// The ids of one chunk in memory: a descriptor of 16 bytes beside one array of values, runs or words. The array may
/// be shared by any number of bitmaps; only the bitmap whose descriptor says <see cref="Owned"/> may write to it.
/// Arrays and runs may have spare capacity behind what counts.
/// </summary>
internal struct Container
{
    private readonly object _data; // ushort[] for Array and Run, ulong[] for Bitset
    private ushort _runs;

    private Container(object data, int cardinality, ContainerKind kind, int runCount)
    {
        _data = data;
        Cardinality = cardinality;
        Kind = kind;
        _runs = (ushort)runCount;
        Owned = true;
    }

    /// <summary>1 … 65,536.</summary>
    public int Cardinality;

    /// <summary>Runs in use, see <see cref="FormRules.OutgrowsRuns"/>; 0 for other kinds.</summary>
    public readonly ushort RunCount => Kind == ContainerKind.Run ? _runs : (ushort)0;

    /// <summary>
    /// What serializing learned of an array or a bitset: how many runs to write it as, <see cref="NoRuns"/> where those
    /// are not the smallest form, 0 where it is not known, as after any change. Threads racing store the same.
    /// </summary>
    public ushort PlannedRuns
    {
        readonly get => Kind == ContainerKind.Run ? (ushort)0 : _runs;
        set
        {
            Debug.Assert(Kind != ContainerKind.Run);
            _runs = value;
        }
    }

    /// <summary>Runs are not the smallest form; never a number of runs, of which at most 2,047 are.</summary>
    public const ushort NoRuns = ushort.MaxValue;

    public ContainerKind Kind;

    /// <summary>
    /// Whether the bitmap holding this descriptor may write to the array. Meaningless in a frozen bitmap.
    /// </summary>
    public bool Owned;

    /// <summary>The array behind an Array or Run container, spare capacity included.</summary>
    public readonly ushort[] ValueArray
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert(Kind is ContainerKind.Array or ContainerKind.Run);
            // A checked cast to ushort[] calls into the runtime, because short[] would pass as well.
            return Unsafe.As<ushort[]>(_data);
        }
    }

    public readonly ulong[] WordArray
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert(Kind == ContainerKind.Bitset);
            return Unsafe.As<ulong[]>(_data);
        }
    }

    public readonly ContainerView View => Kind switch
    {
        ContainerKind.Array => ContainerView.OfArray(ValueArray.AsSpan(0, Cardinality)),
        ContainerKind.Bitset => ContainerView.OfBitset(WordArray, Cardinality),
        _ => ContainerView.OfRuns(ValueArray.AsSpan(0, 2 * RunCount), Cardinality),
    };

    /// <summary>Bytes of the array behind this container, its header and spare capacity included.</summary>
    public readonly int DataBytes => FormRules.ArrayHeaderBytes + (Kind == ContainerKind.Bitset
        ? FormRules.BitsetBytes
        : ValueArray.Length * sizeof(ushort));

    /// <summary>
    /// Takes ownership of <paramref name="values"/>, whose first <paramref name="count"/> are strictly ascending.
    /// </summary>
    public static Container OfArray(ushort[] values, int count) => new(values, count, ContainerKind.Array, 0);

    /// <summary>
    /// Takes ownership of <paramref name="words"/>, of which <paramref name="cardinality"/> bits are set.
    /// </summary>
    public static Container OfBitset(ulong[] words, int cardinality)
    {
        Debug.Assert(words.Length == FormRules.ChunkWords);
        return new(words, cardinality, ContainerKind.Bitset, 0);
    }

    /// <summary>Takes ownership of <paramref name="runs"/>.</summary>
    public static Container OfRuns(ushort[] runs, int runCount, int cardinality) =>
        new(runs, cardinality, ContainerKind.Run, runCount);

    /// <summary>The same container for another bitmap, which must copy the array before writing.</summary>
    public readonly Container Shared()
    {
        Container copy = this;
        copy.Owned = false;
        return copy;
    }
}

/// <summary>The chunk with all 65,536 ids: one run, one array for every bitmap that has it.</summary>
internal static class FullChunk
{
    private static readonly ushort[] s_runs = [0, ushort.MaxValue];

    public static Container Container => Containers.Container.OfRuns(s_runs, 1, FormRules.ChunkIds).Shared();

    public static ContainerView View => ContainerView.OfRuns(s_runs, FormRules.ChunkIds);
}
