using Bitmapist.Engine.Saving;

namespace Bitmapist.Server;

/// <summary>The managed heap, as far as <see cref="IdleCollector"/> needs it.</summary>
internal interface IHeap
{
    /// <summary>Bytes allocated since the start, about.</summary>
    long AllocatedBytes { get; }

    /// <summary>Bytes in use, garbage included.</summary>
    long HeapBytes { get; }

    /// <summary>Bytes of bitmaps and index in memory.</summary>
    long ResidentBytes { get; }

    /// <summary>Bytes that clients have sent since the start: while they ask, none may be kept waiting.</summary>
    long ReceivedBytes { get; }

    /// <summary>Collects everything; what then is free goes back to the system if the caller waits for it.</summary>
    void Collect(bool isBlocking);
}

/// <summary>The heap of this process.</summary>
internal sealed class ProcessHeap(ServerState server) : IHeap
{
    public long AllocatedBytes => GC.GetTotalAllocatedBytes(precise: false);

    public long HeapBytes => GC.GetTotalMemory(forceFullCollection: false);

    public long ResidentBytes => server.Persistence?.MemoryBytes ?? 0;

    public long ReceivedBytes => server.Clients.ReceivedBytes;

    public void Collect(bool isBlocking)
    {
        GCCollectionMode mode = isBlocking ? GCCollectionMode.Aggressive : GCCollectionMode.Forced;
        GC.Collect(GC.MaxGeneration, mode, isBlocking, compacting: isBlocking);
        NativeHeap.Trim();
    }
}
