using System.Runtime.InteropServices;
using Bitmapist.Engine.Saving;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Upkeep;

/// <summary>The managed heap, as far as <see cref="IdleCollector"/> needs it.</summary>
internal interface IHeap
{
    /// <summary>Bytes allocated since the start, about.</summary>
    long AllocatedBytes { get; }

    /// <summary>Bytes in use, garbage included.</summary>
    long HeapBytes { get; }

    /// <summary>Bytes of resident bitmaps and index.</summary>
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

/// <summary>What the runtime itself allocates: compiled code's tables, the collector's lists. Thread-safe.</summary>
internal static class NativeHeap
{
    private static bool s_isMissing = !OperatingSystem.IsLinux();

    /// <summary>
    /// Gives free pages back to the system where the C library can (glibc, not musl): some 7 MB after a load, since it
    /// keeps what each of its threads once needed.
    /// </summary>
    public static void Trim()
    {
        if (s_isMissing) return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            s_isMissing = true;
        }
    }

    // malloc_trim(3): the argument is what to leave at the top of the heap.
    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint leftBytes);
}
