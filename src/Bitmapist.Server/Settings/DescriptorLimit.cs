using System.Globalization;

namespace Bitmapist.Server.Settings;

/// <summary>
/// How many files and sockets the process may have open, and how many of them may be clients. What the server itself
/// needs comes first: a client more would cost it a log segment, a save or a part of its own program.
/// </summary>
public static class DescriptorLimit
{
    /// <summary>
    /// What a start opens beside what is open when the program begins: two descriptors for each of the assemblies that
    /// the runtime loads, the database, its log and its lock, sockets to listen on, epoll and pipes of the runtime.
    /// </summary>
    internal const int ForStart = 72;

    /// <summary>
    /// What a running server may open beside its clients. Of files: a next log segment, the folder to be synced, a
    /// compacted database and readers of the one it replaced, a backup and its second reading (8). For a copy: two
    /// connections, a certificate, what the system opens to resolve a name and to encrypt (12). Clients being refused,
    /// one for each listening socket, and <c>/proc</c>, read by INFO on a few threads at once (12). Assemblies loaded
    /// at first use, at two descriptors each (32).
    /// </summary>
    internal const int ForWork = 64;

    /// <summary>
    /// What the HTTP port may open: its connections, and two descriptors for each of some thirty assemblies and
    /// sockets.
    /// </summary>
    internal const int ForHttp = ServerLimits.HttpConnections + 64;

    /// <summary>
    /// Why the server cannot run with the descriptors the process may have; null when it can. To be asked before
    /// anything is opened: on Linux what is not made then leaves nothing behind.
    /// </summary>
    public static string? WhyTooFew() => WhyTooFew(Read(), CountOpen());

    /// <summary>The same for a server that is to have an HTTP port, before that is opened.</summary>
    public static string? WhyTooFewWithHttp() => WhyTooFew(Read(), CountOpen() + ForHttp);

    internal static string? WhyTooFew(long limit, int open)
    {
        long needed = open + ForStart + ForWork + 1; // and one client
        if (limit >= needed) return null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the limit of {limit} open files (ulimit -n) is not enough to start: at least {needed} are needed");
    }

    /// <summary>As many clients as there are descriptors for: 1 … <paramref name="wanted"/>.</summary>
    /// <param name="wanted">At least 1.</param>
    /// <param name="limit">What the process may have open.</param>
    /// <param name="open">What a server without clients has open.</param>
    internal static int ClientsMax(int wanted, long limit, int open) =>
        (int)Math.Clamp(limit - open - ForWork, 1, wanted);

    /// <summary>The soft limit; <see cref="long.MaxValue"/> where it is not known or there is none.</summary>
    internal static long Read()
    {
        const string Name = "Max open files";
        try
        {
            foreach (string line in File.ReadLines("/proc/self/limits"))
            {
                if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
                string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or without /proc.
        }

        return long.MaxValue;
    }

    /// <summary>Descriptors in use; 0 where that is not known.</summary>
    internal static int CountOpen()
    {
        try
        {
            int open = 0;
            foreach (string _ in Directory.EnumerateFileSystemEntries("/proc/self/fd")) open++;
            return open - 1; // less the one this was read by
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
