using System.Runtime.InteropServices;

namespace Bitmapist.Server.Upkeep;

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
