using System.Globalization;
using System.Runtime.InteropServices;

namespace Bitmapist.Host;

/// <summary>
/// A shell without job control starts what ends in <c>&amp;</c> with SIGINT ignored, and .NET leaves an ignored signal
/// alone. Both signals that stop the server do so all the same, as with redis-server; SIGHUP stays as nohup has it.
/// </summary>
internal static partial class IgnoredSignals
{
    private const int Interrupt = 2, Terminate = 15;
    private const nint Default = 0; // SIG_DFL
    private const string Mask = "SigIgn:"; // proc(5): in hexadecimal, the least significant bit is signal 1

    /// <summary>Gives back their effect, before anything is registered for them.</summary>
    public static void Restore()
    {
        if (!OperatingSystem.IsLinux()) return;
        ulong ignored = Ignored();
        foreach (int signal in (ReadOnlySpan<int>)[Interrupt, Terminate])
            if ((ignored >> (signal - 1) & 1) != 0) _ = SetHandler(signal, Default);
    }

    private static ulong Ignored()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status")
                .FirstOrDefault(line => line.StartsWith(Mask, StringComparison.Ordinal));
            return line is not null && ulong.TryParse(
                line.AsSpan(Mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask)
                ? mask
                : 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 0; // no /proc: as it was inherited, then
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetHandler(int signal, nint handler);
}
