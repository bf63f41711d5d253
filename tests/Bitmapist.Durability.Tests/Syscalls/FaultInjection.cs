using System.Diagnostics;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>
/// Lets system calls of a running server fail or wait from <see cref="Attach"/> to <see cref="Dispose"/>: an strace
/// that is attached to it and released again. strace counts calls for each thread by itself, so a fault meant to happen
/// once is injected "once", seen, and then disposed of.
/// </summary>
internal sealed class FaultInjection : IDisposable
{
    private const int Interrupt = 2;
    private const int PatienceMs = 20_000;
    private const int AttemptsMax = 5;
    private readonly ServerProcess _strace;
    private readonly string _trace;

    private FaultInjection(ServerProcess strace, string trace)
    {
        _strace = strace;
        _trace = trace;
    }

    /// <summary>The calls traced so far, as strace writes them; those injected end with "(INJECTED)" or
    /// "(DELAYED)".</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            // The last line may be half written.
            using var reader = new StreamReader(
                new FileStream(_trace, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            string text = reader.ReadToEnd();
            return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>How many calls failed or waited.</summary>
    public int Injected => Calls.Count(call =>
        call.EndsWith("(INJECTED)", StringComparison.Ordinal) || call.EndsWith("(DELAYED)", StringComparison.Ordinal));

    /// <summary>Begins; from its return on the faults happen.</summary>
    /// <param name="server">The server.</param>
    /// <param name="fault">What strace takes for inject=: names of calls (<see cref="Strace.Fsync"/> …), then for
    /// instance ":error=EIO", ":error=ENOSPC:when=1", ":delay_enter=3000000" (microseconds).</param>
    /// <param name="paths">Only calls that have to do with these files or folders, by name (of a rename: the old one)
    /// or by an open descriptor, fail; none: all.</param>
    public static FaultInjection Attach(ServerProcess server, string fault, params string[] paths) =>
        Attach(server, [fault], paths);

    /// <summary>As the other, with several faults at once.</summary>
    public static FaultInjection Attach(
        ServerProcess server, IReadOnlyCollection<string> faults, IReadOnlyCollection<string> paths)
    {
        for (int attempt = 1; ; attempt++)
        {
            string trace = Path.GetTempFileName();
            var strace = new ServerProcess(
                Strace.Require(),
                ["-f", .. Strace.Injection(faults, paths), "-o", trace, "-p", $"{server.Id}"],
                Path.GetTempPath());
            var injection = new FaultInjection(strace, trace);
            bool isOver = SpinUntil(
                () => strace.HasExited || strace.Output.Contains(" attached", StringComparison.Ordinal));
            if (isOver && !strace.HasExited && IsEveryThreadTraced(server.Id)) return injection;
            injection.Dispose();
            // A thread of the server may end between being found and being attached to, or begin another meanwhile.
            if (attempt == AttemptsMax || server.HasExited)
                throw new InvalidOperationException($"strace did not attach. It wrote:\n{strace.Output}");
        }
    }

    /// <summary>Waits until so many calls have failed or waited.</summary>
    public void WaitForInjection(int count = 1) =>
        Assert.True(SpinUntil(() => Injected >= count), $"{Injected} of {count} faults happened.");

    /// <summary>Ends: when it returns the server is alone again.</summary>
    public void Dispose()
    {
        _strace.Signal(Interrupt);
        _strace.WaitForExit();
        _strace.Dispose();
        File.Delete(_trace);
    }

    private static bool IsEveryThreadTraced(int process)
    {
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                if (File.ReadLines(Path.Combine(thread, "status")).Contains("TracerPid:\t0")) return false;
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return true;
    }

    private static bool SpinUntil(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.ElapsedMilliseconds > PatienceMs) return false;
            Eventually.AMoment(2);
        }

        return true;
    }
}
