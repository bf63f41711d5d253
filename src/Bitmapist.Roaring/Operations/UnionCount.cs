using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// The sizes of OR and XOR of bitmaps, without what they are made of: each chunk is gathered in the thread's workspace,
/// counted and forgotten. Allocates nothing, once the pool and the workspace have what they need.
/// </summary>
internal static class UnionCount
{
    public static long Of(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        if (operands.Length == 1) return operands[0].Cardinality;
        if (operands.Length == 2) return Union.CountPair(operands[0], operands[1], operation);
        CompactSummary compact = CompactSummary.Of(operands);
        bool isGathered = compact.IsGatheredBetter && compact.IdCount <= CompactMerge.GatheredIdsMax;
        if (isGathered && compact.Count == compact.OperandCount)
            return CompactMerge.Count(operands, (int)compact.IdCount, operation);

        using PooledArray<uint> ids = new(isGathered ? 2 * (int)compact.IdCount : 0);
        using PooledArray<ChunkCursor> cursors = new(operands.Length + 1);
        int count = 0;
        if (isGathered)
        {
            int idCount = CompactMerge.GatherSorted(operands, ids.Span, operation);
            cursors.Span[count++] = new ChunkCursor(ids.Array, idCount);
        }

        foreach (ReadOnlyBitmap operand in operands)
            if (!operand.IsEmpty && !(isGathered && operand.IsCompact))
                cursors.Span[count++] = new ChunkCursor(operand);
        return Walk(cursors.Span[..count], operation);
    }

    private static long Walk(Span<ChunkCursor> cursors, SetOperation operation)
    {
        Span<ulong> words = Workspace.First.Words;
        Span<ushort> room = stackalloc ushort[2 * FormRules.CompactMax];
        using ChunkFront front = new(cursors);
        long total = 0;
        for (ReadOnlySpan<int> group = front.Group(); !group.IsEmpty; group = front.Group())
        {
            if (group.Length > 2)
            {
                total += ChunkGroup.Gather(cursors, group, operation, words);
            }
            else
            {
                ContainerView left = cursors[group[0]].ViewIn(room[FormRules.CompactMax..]);
                total += left.Cardinality;
                if (group.Length == 2)
                {
                    ContainerView right = cursors[group[1]].ViewIn(room);
                    int common = ContainerAnd.Count(left, right);
                    total += right.Cardinality - (operation == SetOperation.Or ? common : 2 * common);
                }
            }

            front.MoveGroup();
        }

        return total;
    }
}
