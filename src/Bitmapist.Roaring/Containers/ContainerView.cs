using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// A read-only look at the ids of one chunk, wherever they lie: in a container, in serialized bytes (possibly
/// unaligned) or in scratch memory. Every operation reads its operands through this type. Cardinality 0 occurs only
/// as the result of an operation.
/// </summary>
internal readonly ref struct ContainerView
{
    private readonly ref readonly ushort _first;
    private readonly int _length; // in 16-bit units

    /// <summary>A view of <paramref name="data"/>, which for a bitset is its words in 16-bit units.</summary>
    private ContainerView(ContainerKind kind, int cardinality, ref readonly ushort first, int length)
    {
        _first = ref first;
        _length = length;
        Kind = kind;
        Cardinality = cardinality;
    }

    public ContainerKind Kind { get; }

    /// <summary>0 … 65,536.</summary>
    public int Cardinality { get; }

    /// <summary>The values of an array, or the pairs of a run container.</summary>
    public ReadOnlySpan<ushort> Values
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateReadOnlySpan(in _first, _length);
    }

    /// <summary>The 1,024 words of a bitset.</summary>
    public ReadOnlySpan<ulong> Words
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateReadOnlySpan(
            in Unsafe.As<ushort, ulong>(ref Unsafe.AsRef(in _first)), FormRules.ChunkWords);
    }

    public int RunCount => _length / 2;

    public bool IsEmpty => Cardinality == 0;

    public bool IsFull => Cardinality == FormRules.ChunkIds;

    public static ContainerView OfArray(ReadOnlySpan<ushort> values) =>
        new(ContainerKind.Array, values.Length, in MemoryMarshal.GetReference(values), values.Length);

    public static ContainerView OfRuns(ReadOnlySpan<ushort> runs, int cardinality) =>
        new(ContainerKind.Run, cardinality, in MemoryMarshal.GetReference(runs), runs.Length);

    public static ContainerView OfBitset(ReadOnlySpan<ulong> words, int cardinality) =>
        new(ContainerKind.Bitset, cardinality,
            in Unsafe.As<ulong, ushort>(ref MemoryMarshal.GetReference(words)), FormRules.BitsetBytes / 2);
}
