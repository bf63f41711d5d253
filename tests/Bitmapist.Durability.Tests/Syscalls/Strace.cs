using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>strace(1), by which tests see, fail and delay what the server asks of the system.</summary>
internal static class Strace
{
    /// <summary>
    /// The names of a call on every processor: where there is only a newer form the question mark has strace pass over
    /// the others.
    /// </summary>
    public const string Fsync = "fsync,fdatasync";
    public const string Write = "pwrite64";
    public const string Truncate = "ftruncate";
    public const string Rename = "?rename,?renameat,?renameat2";
    public const string Link = "?link,?linkat";
    public const string Unlink = "?unlink,?unlinkat";
    public const string Open = "?open,openat";

    /// <summary>The program; without it the test is skipped, or fails where CI says so.</summary>
    public static string Require()
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "strace")).FirstOrDefault(File.Exists);
        if (found is null && Environment.GetEnvironmentVariable("CI") == "true")
            throw new FileNotFoundException("strace is not installed: apt-get install strace");
        Prerequisite.Require(!(found is null), "strace is not installed");
        return found!;
    }

    /// <summary>
    /// Starts the server with faults from its first instruction on. strace is its grandchild (-D), so that the process
    /// returned is the server itself: signals, its exit code and its end are its own.
    /// </summary>
    /// <param name="folder">Working folder; the trace is written there.</param>
    /// <param name="fault">As for <see cref="FaultInjection"/>.</param>
    /// <param name="paths">Only calls that have to do with these files or folders fail; none: all.</param>
    /// <param name="arguments">The server's.</param>
    public static ServerProcess StartServer(string folder, string fault, string[] paths, params string[] arguments) =>
        new(
            Require(),
            [
                "-D", "-f", "-qq", .. Injection([fault], paths), "-o", Path.Combine(folder, "strace.txt"),
                BitmapistServer.ExecutablePath, .. arguments,
            ],
            folder);

    /// <summary>The options that inject faults, each of which begins with the names of calls.</summary>
    internal static IEnumerable<string> Injection(IReadOnlyCollection<string> faults, IEnumerable<string> paths) =>
    [
        "-e", $"trace={string.Join(',', faults.Select(fault => fault.Split(':')[0]))}",
        .. faults.SelectMany(fault => new[] { "-e", $"inject={fault}" }),
        .. paths.SelectMany(path => new[] { "-P", path }),
    ];
}
