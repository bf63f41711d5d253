using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Host;

/// <summary>
/// A native executable is compiled for one level of the x86-64 instruction sets: its checks for wider vectors are
/// decided then, not when it runs. So the published one is for the lowest level, runs anywhere, and becomes the same
/// program for the highest level that this processor has, from a folder beside it that is named after that level
/// (scripts/publish; docs/decisions/0006). Elsewhere nothing is beside it, and nothing happens.
/// </summary>
internal static partial class NativeBuilds
{
    private const string ProcessorInfo = "/proc/cpuinfo";
    private const string FlagsLine = "flags";

    /// <summary>Levels as the x86-64 psABI names them, highest first, and what each adds to the one below.</summary>
    private static readonly (string Name, string[] Flags)[] s_levels =
    [
        ("x86-64-v4", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
        ("x86-64-v3", ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"]),
    ];

    /// <summary>
    /// Replaces this process by the build for the highest level that the processor has, if there is one; the process
    /// keeps its number, arguments, environment and descriptors. Returns where this build is the one to run.
    /// </summary>
    public static void BecomeWidest()
    {
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux()) return; // compiled as it runs
        if (Environment.ProcessPath is not { } path || Path.GetDirectoryName(path) is not { } folder) return;
        string?[] arguments = [.. Environment.GetCommandLineArgs(), null]; // ends where C expects it to
        foreach (string build in Candidates(folder, Path.GetFileName(path), File.Exists, ReadFlags))
            _ = Execute(build, arguments); // returns if it failed: then the next lower level, or this build, serves
    }

    /// <summary>
    /// The builds beside a program that a processor can run, highest level first. Its flags are not read where nothing
    /// is beside the program.
    /// </summary>
    internal static IEnumerable<string> Candidates(
        string folder, string name, Func<string, bool> exists, Func<string> readFlags)
    {
        HashSet<string>? flags = null;
        for (int level = 0; level < s_levels.Length; level++)
        {
            string build = Path.Combine(folder, s_levels[level].Name, name);
            if (!exists(build)) continue;
            flags ??= [.. readFlags().Split(' ', StringSplitOptions.TrimEntries)];
            if (s_levels[level..].All(each => each.Flags.All(flags.Contains))) yield return build;
        }
    }

    /// <summary>What the kernel lets programs use of the first processor; empty where it does not say.</summary>
    private static string ReadFlags()
    {
        try
        {
            return File.ReadLines(ProcessorInfo)
                .FirstOrDefault(line => line.StartsWith(FlagsLine, StringComparison.Ordinal)) ?? "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ""; // no /proc: the build that runs anywhere it is
        }
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] arguments);
}
