using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// The invariants of the forms in memory. Each method throws <see cref="InvalidOperationException"/> naming the first
/// one that does not hold.
/// </summary>
internal static class FormValidation
{
    public static void Compact(ReadOnlySpan<uint> ids, int chunkCount)
    {
        for (int i = 1; i < ids.Length; i++) Require(ids[i - 1] < ids[i], "compact ids must be strictly ascending", i);
        Require(ids.Length <= FormRules.CompactMax, "a compact set holds at most 4,096 ids", ids.Length);
        Require(CompactIds.CountChunks(ids) == chunkCount, "a compact set counts its chunks", chunkCount);
    }

    public static void Containers(ReadOnlySpan<ushort> chunks, ReadOnlySpan<Container> containers, long cardinality)
    {
        long total = 0;
        for (int i = 0; i < chunks.Length; i++)
        {
            Require(i == 0 || chunks[i - 1] < chunks[i], "chunks must be strictly ascending", i);
            One(containers[i], chunks[i]);
            total += containers[i].Cardinality;
        }
        Require(total == cardinality, "the kept cardinality is the sum over containers", total);
    }

    private static void One(in Container container, int chunk)
    {
        Require(container.Cardinality is > 0 and <= FormRules.ChunkIds, "a container holds 1 … 65,536 values", chunk);
        ContainerView view = container.View;
        switch (container.Kind)
        {
            case ContainerKind.Array:
                Require(container.Cardinality <= FormRules.ArrayMax, "an array holds at most 2,048 values", chunk);
                ReadOnlySpan<ushort> values = view.Values;
                for (int i = 1; i < values.Length; i++)
                    Require(values[i - 1] < values[i], "array values must be strictly ascending", chunk);
                break;
            case ContainerKind.Bitset:
                Require(PopCount.CountScalar(view.Words) == container.Cardinality, "a bitset counts its bits", chunk);
                break;
            case ContainerKind.Run:
                Runs(view, chunk);
                break;
            default:
                Require(condition: false, "a container has one of three kinds", chunk);
                break;
        }
    }

    private static void Runs(in ContainerView view, int chunk)
    {
        ReadOnlySpan<ushort> runs = view.Values;
        Require(RunList.Cardinality(runs) == view.Cardinality, "a run container counts its values", chunk);
        for (int i = 0; i < runs.Length; i += 2)
        {
            Require(runs[i] + runs[i + 1] < FormRules.ChunkIds, "a run ends within its chunk", chunk);
            Require(i == 0 || runs[i] > runs[i - 2] + runs[i - 1] + 1, "runs ascend and do not touch", chunk);
        }
    }

    public static void Require(bool condition, string invariant, long where)
    {
        if (!condition) throw new InvalidOperationException($"Broken invariant: {invariant} (at {where}).");
    }
}
