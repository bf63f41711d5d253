using System.Diagnostics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// Scratch memory that container operations write their results to, so that only what survives is allocated, at its
/// exact size. A result is a view into the workspace, valid until the workspace's next operation. One thread at a
/// time; each thread keeps two, because a chain of operations reads one while it writes the other.
/// </summary>
internal sealed class Workspace
{
    /// <summary>Runs that a result may have before it is made as a bitset instead: 8 KiB at 4 B each, twice.</summary>
    public const int RunsMax = 4_096;

    [ThreadStatic]
    private static Workspace? s_first;

    [ThreadStatic]
    private static Workspace? s_second;

    private readonly ushort[] _values =
        GC.AllocateUninitializedArray<ushort>(2 * FormRules.PortableArrayMax + ArrayUnion.Slack);

    private ushort[]? _runs;

    private ulong[]? _words;

    /// <summary>This thread's workspace. Operations never nest, so one is enough for a pair.</summary>
    public static Workspace First => s_first ??= new Workspace();

    /// <summary>The other one, for chains.</summary>
    public static Workspace Second => s_second ??= new Workspace();

    /// <summary>Room for the values of two portable arrays, with the slack that vector stores need.</summary>
    public Span<ushort> Values => _values;

    /// <summary>Room for <see cref="RunsMax"/> pairs and one more value.</summary>
    public Span<ushort> Runs => _runs ??= GC.AllocateUninitializedArray<ushort>(2 * RunsMax + 2);

    /// <summary>Room for a bitset; its content is whatever was there.</summary>
    public Span<ulong> Words => _words ??= GC.AllocateUninitializedArray<ulong>(FormRules.ChunkWords);

    public ContainerView ArrayResult(int count) => ContainerView.OfArray(_values.AsSpan(0, count));

    /// <summary>
    /// The first <paramref name="runCount"/> pairs of <see cref="Runs"/>, in whichever form is best. Overwrites
    /// <see cref="Values"/> or <see cref="Words"/> when that is not runs.
    /// </summary>
    public ContainerView RunResult(int runCount)
    {
        ReadOnlySpan<ushort> pairs = Runs[..(2 * runCount)];
        int cardinality = RunList.Cardinality(pairs);
        if (FormRules.PrefersRuns(runCount, cardinality)) return ContainerView.OfRuns(pairs, cardinality);
        if (cardinality <= FormRules.ArrayMax)
        {
            RunList.CopyValues(pairs, _values);
            return ArrayResult(cardinality);
        }
        Span<ulong> bits = Words;
        bits.Clear();
        WordRange.SetRuns(pairs, bits);
        return ContainerView.OfBitset(bits, cardinality);
    }

    /// <summary>
    /// The bitset in <see cref="Words"/>, as an array when it is small. Overwrites <see cref="Values"/> then.
    /// </summary>
    public ContainerView WordsResult(int cardinality)
    {
        Debug.Assert(cardinality == PopCount.Count(Words));
        if (cardinality > FormRules.ArrayMax) return ContainerView.OfBitset(Words, cardinality);
        BitExtraction.Values(Words, cardinality, _values);
        return ArrayResult(cardinality);
    }

    /// <summary>Whether a view reads this workspace: then the next operation must write elsewhere.</summary>
    public bool Holds(in ContainerView view) => view.Kind switch
    {
        ContainerKind.Array => view.Values.Overlaps(_values),
        ContainerKind.Run => view.Values.Overlaps(_runs),
        _ => view.Words.Overlaps(_words),
    };

    /// <summary>
    /// A container with the content of <paramref name="view"/>, which is not empty. A bitset of this workspace is
    /// handed over rather than copied.
    /// </summary>
    public Container Materialise(in ContainerView view)
    {
        Debug.Assert(!view.IsEmpty);
        if (view.Kind != ContainerKind.Bitset || _words is null || !Holds(view)) return ContainerCopy.Exact(view);
        ulong[] taken = _words;
        _words = null;
        return Container.OfBitset(taken, view.Cardinality);
    }
}
