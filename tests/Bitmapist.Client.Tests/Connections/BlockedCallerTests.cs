using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>
/// Callers that block on what they are given, as old code does, while the thread pool has not one thread left. In a
/// child process: this very test, told by a variable of the environment where the server is.
/// </summary>
public sealed class BlockedCallerTests
{
    private const string PlaceVariable = "BITMAPIST_BLOCKED_CALLERS";
    private const int PatienceMs = 240_000; // a busy machine is no failure

    [Fact]
    public void Callers_that_block_every_thread_of_the_pool_get_their_replies()
    {
        if (Environment.GetEnvironmentVariable(PlaceVariable) is { Length: > 0 } place)
        {
            using var hogs = new BlockedPool();
            Assert.Empty(BlockedCallers.Run(place));
            Assert.False(hogs.HasThreads, "The pool had a thread all the time: this proves nothing.");
            return;
        }

        using var server = new BitmapistServer();
        RunChild($"localhost:{server.Port}");
    }

    [Fact]
    public async Task They_do_with_TLS_and_when_the_connection_is_cut()
    {
        using var server = new BitmapistServer();
        using X509Certificate2 certificate = Certificates.SelfSigned("localhost");
        await using var relay = Relay.Tcp(server.Port, certificate);
        relay.CutAfter = number => number % 3 == 0 ? (20_000, long.MaxValue) : (long.MaxValue, long.MaxValue);
        RunChild($"rediss://localhost:{relay.Port}/0");
        Assert.True(relay.Connections > BlockedCallers.Connections + 1, $"{relay.Connections} connections");
    }

    private static void RunChild(string place)
    {
        string test = $"{typeof(BlockedCallerTests).FullName}."
            + nameof(Callers_that_block_every_thread_of_the_pool_get_their_replies);
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, typeof(BlockedCallerTests).Assembly.GetName().Name!),
            ["-noLogo", "-noColor", "-method", test])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment[PlaceVariable] = place;
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(), errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(PatienceMs)) child.Kill();
        child.WaitForExit();
        string text = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        Assert.True(child.ExitCode == 0 && text.Contains("Total: 1,", StringComparison.Ordinal), text);
    }

    /// <summary>Takes every thread of the pool until it is disposed.</summary>
    private sealed class BlockedPool : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private int _probes;

        public BlockedPool()
        {
            Assert.True(ThreadPool.SetMinThreads(Environment.ProcessorCount, 1));
            Assert.True(ThreadPool.SetMaxThreads(Environment.ProcessorCount, 1));
            using var first = new ManualResetEventSlim();
            for (int i = 0; i < Environment.ProcessorCount; i++)
            {
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    first.Set();
                    _release.Wait();
                });
            }

            if (!Thread.CurrentThread.IsThreadPoolThread) first.Wait();
            ThreadPool.QueueUserWorkItem(_ => Interlocked.Increment(ref _probes)); // behind all of them
        }

        /// <summary>Whether the pool came to what was queued behind the threads taken.</summary>
        public bool HasThreads => Volatile.Read(ref _probes) > 0;

        public void Dispose() => _release.Set(); // not disposed: threads may still be waiting on it
    }
}
