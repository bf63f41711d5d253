using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Format;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// Writes any bitmap in the portable format, each container in whichever of its three forms is smallest. First each
/// container is planned, because the header tells all; then it is written. Planning stops counting a container's runs
/// as soon as they are too many, and notes in a container in memory what it found.
/// </summary>
internal static class PortableWriter
{
    private const int PlannedOnStackMax = 256;

    /// <summary>Bytes asked of the output at once, if there are so many: few calls, and no very large block.</summary>
    private const int BlockBytes = 32 << 10;

    public static long MeasureBytes(ReadOnlyBitmap bitmap)
    {
        int count = bitmap.ChunkCount;
        using PooledArray<ContainerPlan> pooled = PooledArray<ContainerPlan>.Above(PlannedOnStackMax, count);
        Span<ContainerPlan> plans =
            count <= PlannedOnStackMax ? stackalloc ContainerPlan[PlannedOnStackMax] : pooled.Span;
        return Plan(bitmap, plans[..count]).TotalBytes;
    }

    public static void Write(ReadOnlyBitmap bitmap, IBufferWriter<byte> output)
    {
        int count = bitmap.ChunkCount;
        // Small bitmaps are written by the hundred thousand: no garbage for each.
        using PooledArray<ContainerPlan> pooled = PooledArray<ContainerPlan>.Above(PlannedOnStackMax, count);
        Span<ContainerPlan> plans =
            count <= PlannedOnStackMax ? stackalloc ContainerPlan[PlannedOnStackMax] : pooled.Span;
        plans = plans[..count];
        BitmapPlan plan = Plan(bitmap, plans);
        var block = new OutputBlock(output, plan.TotalBytes);
        WriteHeader(plans, plan.Layout, block.Take(plan.Layout.HeaderBytes));
        if (bitmap.IsCompact) WriteCompact(bitmap.CompactIds, plans, ref block);
        else WriteContainers(bitmap, plans, ref block);
        block.Finish();
    }

    private static BitmapPlan Plan(ReadOnlyBitmap bitmap, Span<ContainerPlan> plans)
    {
        if (bitmap.IsCompact) PlanCompact(bitmap.CompactIds, plans);
        else PlanContainers(bitmap, plans);
        bool hasRuns = false;
        long bytes = 0;
        foreach (ref readonly ContainerPlan plan in plans)
        {
            hasRuns |= plan.RunCount > 0;
            bytes += plan.Bytes;
        }
        PortableLayout layout = PortableLayout.Of(plans.Length, hasRuns);
        return new BitmapPlan(layout, layout.HeaderBytes + bytes);
    }

    private static void PlanCompact(ReadOnlySpan<uint> ids, Span<ContainerPlan> plans)
    {
        int start = 0;
        for (int i = 0; i < plans.Length; i++)
        {
            uint chunk = ids[start] >> 16;
            int end = start + 1;
            while (end < ids.Length && ids[end] >> 16 == chunk) end++;
            int limit = RunsMax(end - start) + 1;
            int runCount = limit > 1 ? RunCount.OfIds(ids[start..end], limit) : limit;
            plans[i] = new ContainerPlan((int)chunk, end - start, runCount < limit ? runCount : 0);
            start = end;
        }
    }

    private static void PlanContainers(ReadOnlyBitmap bitmap, Span<ContainerPlan> plans)
    {
        if (bitmap is FrozenBitmap inMemory)
        {
            for (int i = 0; i < plans.Length; i++)
            {
                ref Container container = ref inMemory.ContainerAt(i);
                plans[i] = new ContainerPlan(inMemory.ChunkAt(i), container.Cardinality, PlannedRuns(ref container));
            }
            return;
        }

        for (int i = 0; i < plans.Length; i++)
        {
            ContainerView view = bitmap.ViewAt(i);
            plans[i] = new ContainerPlan(bitmap.ChunkAt(i), view.Cardinality, CountRuns(view));
        }
    }

    /// <summary>The runs to write a container in memory as, or 0. What has to be counted is noted there.</summary>
    private static int PlannedRuns(ref Container container)
    {
        // Runs in memory do not touch one another; those of foreign bytes may.
        if (container.Kind == ContainerKind.Run)
            return container.RunCount <= RunsMax(container.Cardinality) ? container.RunCount : 0;
        int planned = container.PlannedRuns;
        if (planned == 0)
        {
            planned = CountRuns(container.View);
            container.PlannedRuns = planned == 0 ? Container.NoRuns : (ushort)planned;
        }
        return planned == Container.NoRuns ? 0 : planned;
    }

    /// <summary>The container's maximal runs, or 0 where they are not its smallest form.</summary>
    private static int CountRuns(in ContainerView view)
    {
        int limit = RunsMax(view.Cardinality) + 1;
        int runs = RunList.CountRuns(view, limit);
        return runs < limit ? runs : 0;
    }

    /// <summary>The most runs that take less than the array or bitset of so many values.</summary>
    private static int RunsMax(int cardinality) => (PlainBytes(cardinality) - 3) / 4; // 2 + 4 × runs < plain

    private static int PlainBytes(int cardinality) =>
        cardinality <= FormRules.PortableArrayMax ? 2 * cardinality : FormRules.BitsetBytes;

    private static void WriteHeader(ReadOnlySpan<ContainerPlan> plans, in PortableLayout layout, Span<byte> header)
    {
        layout.WriteCookie(header);
        Span<uint> pairs = MemoryMarshal.Cast<byte, uint>(header.Slice(layout.PairsAt, 4 * plans.Length));
        for (int i = 0; i < plans.Length; i++)
        {
            ref readonly ContainerPlan plan = ref plans[i];
            pairs[i] = (uint)plan.Chunk | (uint)(plan.Cardinality - 1) << 16;
            if (plan.RunCount > 0) header[layout.FlagsAt + (i >> 3)] |= (byte)(1 << (i & 7));
        }

        if (layout.OffsetsAt < 0) return;
        Span<uint> offsets = MemoryMarshal.Cast<byte, uint>(header.Slice(layout.OffsetsAt, 4 * plans.Length));
        uint position = (uint)layout.HeaderBytes;
        for (int i = 0; i < plans.Length; i++)
        {
            offsets[i] = position;
            position += (uint)plans[i].Bytes;
        }
    }

    private static void WriteCompact(
        ReadOnlySpan<uint> ids, scoped ReadOnlySpan<ContainerPlan> plans, ref OutputBlock block)
    {
        Span<ushort> all = stackalloc ushort[FormRules.CompactMax];
        foreach (ref readonly ContainerPlan plan in plans)
        {
            Span<byte> target = block.Take(plan.Bytes);
            Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(target);
            if (plan.RunCount == 0 && plan.Cardinality <= FormRules.PortableArrayMax)
            {
                Widths.Narrow(ids[..plan.Cardinality], values);
            }
            else
            {
                Widths.Narrow(ids[..plan.Cardinality], all);
                WriteContainer(ContainerView.OfArray(all[..plan.Cardinality]), plan.RunCount, target);
            }
            ids = ids[plan.Cardinality..];
        }
    }

    private static void WriteContainers(
        ReadOnlyBitmap bitmap, scoped ReadOnlySpan<ContainerPlan> plans, ref OutputBlock block)
    {
        for (int i = 0; i < plans.Length; i++)
            WriteContainer(bitmap.ViewAt(i), plans[i].RunCount, block.Take(plans[i].Bytes));
    }

    private static void WriteContainer(in ContainerView view, int runCount, Span<byte> target)
    {
        if (runCount > 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)runCount);
            RunList.Fill(view, MemoryMarshal.Cast<byte, ushort>(target[2..]));
        }
        else if (view.Cardinality <= FormRules.PortableArrayMax)
        {
            ContainerReading.CopyValues(view, MemoryMarshal.Cast<byte, ushort>(target));
        }
        else
        {
            ContainerReading.CopyWords(view, MemoryMarshal.Cast<byte, ulong>(target));
        }
    }

    /// <summary>One container: what the header says, and the runs to write or 0.</summary>
    private readonly struct ContainerPlan(int chunk, int cardinality, int runCount)
    {
        private readonly ushort _chunk = (ushort)chunk;
        private readonly ushort _cardinalityLessOne = (ushort)(cardinality - 1);
        private readonly ushort _runCount = (ushort)runCount; // at most 2,047, else they are not smallest

        public int Chunk => _chunk;

        public int Cardinality => _cardinalityLessOne + 1;

        public int RunCount => _runCount;

        public int Bytes => _runCount > 0 ? 2 + 4 * _runCount : PlainBytes(Cardinality);
    }

    private readonly record struct BitmapPlan(PortableLayout Layout, long TotalBytes);

    /// <summary>Hands out parts of the output, a block of which is asked for at a time.</summary>
    /// <param name="output">Where everything goes.</param>
    /// <param name="left">Bytes that are to be taken.</param>
    private ref struct OutputBlock(IBufferWriter<byte> output, long left)
    {
        private Span<byte> _block;
        private int _taken;

        public Span<byte> Take(int bytes)
        {
            if (_block.Length - _taken < bytes)
            {
                if (_taken > 0) output.Advance(_taken);
                _block = output.GetSpan((int)Math.Max(bytes, Math.Min(left, BlockBytes)));
                _taken = 0;
            }
            Span<byte> part = _block.Slice(_taken, bytes);
            _taken += bytes;
            left -= bytes;
            return part;
        }

        public readonly void Finish()
        {
            if (_taken > 0) output.Advance(_taken);
        }
    }
}
