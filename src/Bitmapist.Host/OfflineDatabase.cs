using System.Diagnostics;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;

namespace Bitmapist.Host;

/// <summary>
/// What the sub-commands on a database's file have in common: they need it for themselves, and take a while.
/// </summary>
internal static class OfflineDatabase
{
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs <paramref name="work"/> while no server can open the database, and reports what keeps it from running.
    /// </summary>
    /// <returns>What the work returned; 2 when it could not be done.</returns>
    public static int Run(string path, Func<int> work)
    {
        try
        {
            if (!PhysicalFileSystem.Instance.Exists(path)) return Refuse($"there is no file {path}");
            using IDisposable? held = DatabaseLock.TakeToRead(PhysicalFileSystem.Instance, path);
            return work();
        }
        catch (DatabaseLockedException)
        {
            return Refuse($"{path} is in use by a server: stop it, or back up (SIGUSR1 with -bak) and use the backup");
        }
        catch (Exception failure) when (failure is CorruptFileException or StorageException)
        {
            return Refuse(failure.Message);
        }
    }

    /// <summary>Prints progress to stderr, once a second and only if there is much to do.</summary>
    public static Action<long, long> Progress(string what)
    {
        var running = Stopwatch.StartNew();
        TimeSpan reportedAt = TimeSpan.Zero;
        return (doneBytes, allBytes) =>
        {
            if (running.Elapsed - reportedAt < s_reportInterval) return;
            reportedAt = running.Elapsed;
            long percent = allBytes == 0 ? 0 : Math.Min(100, doneBytes * 100 / allBytes);
            Console.Error.WriteLine($"{what}: {percent} % of {allBytes} bytes");
        };
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine($"bitmapist-server: {reason}");
        return 2;
    }
}
