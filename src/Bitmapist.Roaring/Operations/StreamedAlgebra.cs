using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Set algebra on bitmaps that lie elsewhere, read as the operation goes: beside the result and the operands' headers
/// it needs a few megabytes, however many operands there are and however large, unless one chunk of each is more.
/// </summary>
public static class StreamedAlgebra
{
    private const int WindowBytes = 4 << 20;

    // Of each operand, for up to 64: enough to read in order, little beside what one may have that others have not.
    private const int CommonWindowBytes = 64 << 10;

    /// <summary>The ids in every operand (at least one). Reads only stretches in which each of them has some.</summary>
    /// <exception cref="InvalidDataException">An operand's header makes no sense.</exception>
    public static FrozenBitmap And(ReadOnlySpan<SerializedReader> operands) => Combine(SetOperation.And, operands);

    /// <summary>The ids in any operand; O(bytes).</summary>
    /// <exception cref="InvalidDataException">An operand's header makes no sense.</exception>
    public static FrozenBitmap Or(ReadOnlySpan<SerializedReader> operands) => Combine(SetOperation.Or, operands);

    /// <summary>The ids in an odd number of operands; O(bytes).</summary>
    /// <exception cref="InvalidDataException">An operand's header makes no sense.</exception>
    public static FrozenBitmap Xor(ReadOnlySpan<SerializedReader> operands) => Combine(SetOperation.Xor, operands);

    private static FrozenBitmap Combine(SetOperation operation, ReadOnlySpan<SerializedReader> operands)
    {
        if (operands.IsEmpty) throw new ArgumentException("At least one operand is needed.", nameof(operands));
        var result = new ResultBuilder(); // not this thread's: each window's operation uses that
        var parts = new ReadOnlyBitmap[operands.Length];
        long bytesMax = operation == SetOperation.And
            ? Math.Min(WindowBytes, operands.Length * (long)CommonWindowBytes)
            : WindowBytes;
        int chunk;
        while ((chunk = NextChunk(operation, operands)) != ChunkCursor.End)
        {
            int end = WindowEnd(operands, chunk, bytesMax);
            for (int i = 0; i < parts.Length; i++) parts[i] = operands[i].ReadBelow(end);
            FrozenBitmap window = operation == SetOperation.And
                ? Intersection.Of(parts)
                : Union.Of(parts, operation);
            for (ChunkCursor cursor = new(window); cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
                result.Append(ref cursor, Workspace.First);
        }

        return result.ToFrozen();
    }

    /// <summary>The first chunk that may be in the result; for AND what comes before it is passed over.</summary>
    private static int NextChunk(SetOperation operation, ReadOnlySpan<SerializedReader> operands)
    {
        int chunk = operands[0].NextChunk;
        if (operation != SetOperation.And)
        {
            foreach (SerializedReader operand in operands) chunk = Math.Min(chunk, operand.NextChunk);
            return chunk;
        }

        for (int agreeing = 0; agreeing < operands.Length && chunk != ChunkCursor.End;)
        {
            agreeing = 0;
            foreach (SerializedReader operand in operands)
            {
                operand.SkipTo(chunk);
                if (operand.NextChunk == chunk) agreeing++;
                else chunk = operand.NextChunk;
                if (chunk == ChunkCursor.End) break;
            }
        }

        return chunk;
    }

    private static int WindowEnd(ReadOnlySpan<SerializedReader> operands, int chunk, long bytesMax)
    {
        int width = 1;
        while (chunk + width < ChunkCursor.End)
        {
            long bytes = 0;
            foreach (SerializedReader operand in operands) bytes += operand.BytesBelow(chunk + (2 * width));
            if (bytes > bytesMax) break;
            width *= 2;
        }

        return chunk + width;
    }
}
