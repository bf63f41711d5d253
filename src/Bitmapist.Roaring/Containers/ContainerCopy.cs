namespace Bitmapist.Roaring.Containers;

/// <summary>Makes containers out of views.</summary>
internal static class ContainerCopy
{
    /// <summary>
    /// A container with the view's content in the view's form, except that an array beyond the memory limit becomes
    /// a bitset, and runs that are not the smallest form become what is. Arrays have no spare capacity. Runs of foreign
    /// bytes may touch; they are joined, as what writes to runs in memory relies on it.
    /// </summary>
    public static Container Exact(in ContainerView view)
    {
        switch (view.Kind)
        {
            case ContainerKind.Array when view.Cardinality <= FormRules.ArrayMax:
                return Container.OfArray(view.Values.ToArray(), view.Cardinality);
            case ContainerKind.Run when RunList.CountRuns(view) < view.RunCount:
                return Smallest(view);
            case ContainerKind.Run when FormRules.PrefersRuns(view.RunCount, view.Cardinality):
                return Container.OfRuns(view.Values.ToArray(), view.RunCount, view.Cardinality);
            default:
                return Plain(view);
        }
    }

    /// <summary>A container with the view's content in the form that is smallest in memory.</summary>
    public static Container Smallest(in ContainerView view)
    {
        int runCount = RunList.CountRuns(view);
        if (FormRules.PrefersRuns(runCount, view.Cardinality))
        {
            ushort[] runs = GC.AllocateUninitializedArray<ushort>(2 * runCount);
            RunList.Fill(view, runs);
            return Container.OfRuns(runs, runCount, view.Cardinality);
        }
        return Plain(view);
    }

    /// <summary>A container with the view's content as an array or a bitset.</summary>
    public static Container Plain(in ContainerView view)
    {
        if (view.Cardinality > FormRules.ArrayMax) return Container.OfBitset(ToWords(view), view.Cardinality);
        ushort[] values = GC.AllocateUninitializedArray<ushort>(view.Cardinality);
        ContainerReading.CopyValues(view, values);
        return Container.OfArray(values, values.Length);
    }

    /// <summary>A new bitset with the view's content.</summary>
    public static ulong[] ToWords(in ContainerView view)
    {
        if (view.Kind == ContainerKind.Bitset)
        {
            ulong[] copy = GC.AllocateUninitializedArray<ulong>(FormRules.ChunkWords);
            view.Words.CopyTo(copy);
            return copy;
        }
        ulong[] words = new ulong[FormRules.ChunkWords];
        ContainerReading.OrInto(view, words);
        return words;
    }
}
