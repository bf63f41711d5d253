using System.Diagnostics;
using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring;

/// <summary>
/// Collects chunks in ascending order and makes a frozen bitmap of them. Small sparse results stay ids and never
/// become containers. One thread at a time.
/// </summary>
internal sealed class ResultBuilder
{
    /// <summary>Entries whose arrays a thread keeps for its next result: 18 B × 4,096 = 72 KiB.</summary>
    private const int KeptEntriesMax = 4_096;

    [ThreadStatic]
    private static ResultBuilder? cached;

    private ushort[] chunks = new ushort[16];
    private Container[] containers = new Container[16];
    private int count;
    private uint[]? ids; // those appended while every chunk was small
    private int idCount;
    private int idChunks;
    private bool isCompact = true;
    private long cardinality;
    private int lastChunk = -1;

    /// <summary>This thread's builder, empty. <see cref="ToFrozen"/> ends its use.</summary>
    public static ResultBuilder ForThisThread()
    {
        ResultBuilder builder = cached ??= new ResultBuilder();
        builder.Reset(); // an exception may have left something behind
        return builder;
    }

    /// <summary>
    /// Appends a chunk by value: an array may go to the compact form, anything else becomes a container.
    /// </summary>
    public void Append(int chunk, in ContainerView view, Workspace scratch)
    {
        if (view.IsEmpty || TryAppendCompact(chunk, view)) return;
        AppendContainer(chunk, scratch.Materialise(view));
    }

    /// <summary>Appends the chunk under a cursor: shares its container if there is one in memory.</summary>
    public void Append(ref ChunkCursor cursor, Workspace scratch)
    {
        if (!cursor.CanShare)
        {
            Append(cursor.Chunk, cursor.View, scratch);
            return;
        }
        Container shared = cursor.SharedContainer;
        if (TryAppendCompact(cursor.Chunk, shared.View)) return;
        AppendContainer(cursor.Chunk, shared);
    }

    /// <summary>Appends a container that the result may own or share.</summary>
    public void AppendContainer(int chunk, in Container container)
    {
        if (isCompact) LeaveCompact();
        Debug.Assert(chunk > lastChunk && container.Cardinality > 0);
        lastChunk = chunk;
        if (count == chunks.Length)
        {
            int capacity = Math.Min(2 * count, RoaringLimits.ChunksMax);
            Array.Resize(ref chunks, capacity);
            Array.Resize(ref containers, capacity);
        }
        chunks[count] = (ushort)chunk;
        containers[count++] = container;
        cardinality += container.Cardinality;
    }

    /// <summary>Appends ascending ids of any number of chunks, all above the last one appended.</summary>
    public void AppendIds(ReadOnlySpan<uint> ascending, Workspace scratch)
    {
        CompactIds.AssertAscending(ascending);
        for (int start = 0; start < ascending.Length;)
        {
            int chunk = (int)(ascending[start] >> 16);
            int end = start + 1;
            while (end < ascending.Length && (int)(ascending[end] >> 16) == chunk) end++;
            Append(chunk, Narrow(ascending[start..end], scratch), scratch);
            start = end;
        }
    }

    public FrozenBitmap ToFrozen()
    {
        FrozenBitmap result = isCompact ? MakeCompact() : MakeContainers();
        Reset();
        return result;
    }

    private FrozenBitmap MakeCompact() => idCount == 0
        ? FrozenBitmap.Empty
        : new FrozenBitmap(ids.AsSpan(0, idCount).ToArray(), idCount, idChunks);

    private FrozenBitmap MakeContainers()
    {
        if (!FormRules.PrefersCompact(cardinality, count))
            return new FrozenBitmap(chunks[..count], containers[..count], count, cardinality);
        uint[] compact = new uint[cardinality];
        int written = 0;
        for (int i = 0; i < count; i++)
        {
            ContainerView view = containers[i].View;
            ContainerReading.CopyIds(view, chunks[i], compact.AsSpan(written, view.Cardinality));
            written += view.Cardinality;
        }
        return new FrozenBitmap(compact, written, count);
    }

    private static ContainerView Narrow(ReadOnlySpan<uint> ids, Workspace scratch)
    {
        if (ids.Length <= FormRules.ArrayMax)
        {
            CompactIds.CopyValues(ids, scratch.Values);
            return scratch.ArrayResult(ids.Length);
        }
        Span<ulong> words = scratch.Words;
        words.Clear();
        CompactIds.SetBits(ids, words);
        return scratch.WordsResult(ids.Length);
    }

    private bool TryAppendCompact(int chunk, in ContainerView view)
    {
        if (!isCompact) return false;
        int total = idCount + view.Cardinality;
        if (!FormRules.PrefersCompact(total, idChunks + 1)) return false;
        Debug.Assert(chunk > lastChunk);
        lastChunk = chunk;
        ids ??= new uint[FormRules.CompactMax];
        ContainerReading.CopyIds(view, chunk, ids.AsSpan(idCount, view.Cardinality));
        idCount = total;
        idChunks++;
        return true;
    }

    /// <summary>Turns the ids so far into containers: the set has become too large or too dense.</summary>
    private void LeaveCompact()
    {
        isCompact = false;
        lastChunk = -1;
        for (int start = 0; start < idCount;)
        {
            int chunk = (int)(ids![start] >> 16);
            int end = start + 1;
            while (end < idCount && (int)(ids[end] >> 16) == chunk) end++;
            AppendContainer(chunk, CompactIds.ToContainer(ids.AsSpan(start, end - start), end - start));
            start = end;
        }
    }

    private void Reset()
    {
        // Released, so that a thread's builder does not keep a dropped bitmap's containers alive.
        if (count > KeptEntriesMax)
        {
            chunks = new ushort[16];
            containers = new Container[16];
        }
        else
        {
            Array.Clear(containers, 0, count);
        }
        count = idCount = idChunks = 0;
        cardinality = 0;
        lastChunk = -1;
        isCompact = true;
    }
}
