using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Format;

namespace Bitmapist.Roaring;

/// <summary>
/// Writes any bitmap in the portable format, each container in whichever of its three forms is smallest.
/// </summary>
internal static class PortableWriter
{
    private const int PlannedOnStackMax = 256;

    public static long MeasureBytes(ReadOnlyBitmap bitmap)
    {
        bool hasRuns = false;
        long containerBytes = 0;
        for (ChunkCursor cursor = new(bitmap); cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
        {
            int bytes = Plan(cursor.View, out int runCount);
            hasRuns |= runCount > 0;
            containerBytes += bytes;
        }
        return PortableLayout.Of(bitmap.ChunkCount, hasRuns).HeaderBytes + containerBytes;
    }

    public static void Write(ReadOnlyBitmap bitmap, IBufferWriter<byte> output)
    {
        int count = bitmap.ChunkCount;
        // Small bitmaps are written by the hundred thousand: no garbage for each.
        if (count <= PlannedOnStackMax)
        {
            Write(bitmap, stackalloc ContainerPlan[count], output);
            return;
        }

        ContainerPlan[] rented = ArrayPool<ContainerPlan>.Shared.Rent(count);
        Write(bitmap, rented.AsSpan(0, count), output);
        ArrayPool<ContainerPlan>.Shared.Return(rented);
    }

    // Planned first, because the header tells all.
    private static void Write(ReadOnlyBitmap bitmap, Span<ContainerPlan> plans, IBufferWriter<byte> output)
    {
        bool hasRuns = false;
        int index = 0;
        ChunkCursor cursor = new(bitmap);
        for (; cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
        {
            int bytes = Plan(cursor.View, out int runCount);
            plans[index++] = new ContainerPlan(bytes, runCount);
            hasRuns |= runCount > 0;
        }

        PortableLayout layout = PortableLayout.Of(plans.Length, hasRuns);
        cursor.Rewind();
        WriteHeader(ref cursor, layout, plans, output);
        cursor.Rewind();
        for (index = 0; cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
        {
            ContainerPlan plan = plans[index++];
            WriteContainer(cursor.View, plan.RunCount, output.GetSpan(plan.Bytes)[..plan.Bytes]);
            output.Advance(plan.Bytes);
        }
    }

    /// <summary>Bytes of the smallest form; <paramref name="runCount"/> is 0 unless that is runs.</summary>
    private static int Plan(in ContainerView view, out int runCount)
    {
        int plainBytes = view.Cardinality <= FormRules.PortableArrayMax ? 2 * view.Cardinality : FormRules.BitsetBytes;
        runCount = RunList.CountRuns(view);
        int runBytes = 2 + 4 * runCount;
        if (runBytes < plainBytes) return runBytes;
        runCount = 0;
        return plainBytes;
    }

    private static void WriteHeader(
        ref ChunkCursor cursor, in PortableLayout layout, Span<ContainerPlan> plans, IBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(layout.HeaderBytes)[..layout.HeaderBytes];
        layout.WriteCookie(header);
        int index = 0;
        uint position = (uint)layout.HeaderBytes;
        for (; cursor.Chunk != ChunkCursor.End; cursor.MoveNext(), index++)
        {
            ContainerPlan plan = plans[index];
            layout.WriteEntry(
                header, index, cursor.Chunk, cursor.View.Cardinality, hasRuns: plan.RunCount > 0, position);
            position += (uint)plan.Bytes;
        }

        output.Advance(layout.HeaderBytes);
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

    /// <summary>A container's bytes, and the runs to write or 0.</summary>
    private readonly record struct ContainerPlan(int Bytes, int RunCount);
}
