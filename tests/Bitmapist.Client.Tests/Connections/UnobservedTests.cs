using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Tests that change what all threads of the process share; no others run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What fails is told to its caller, once, and in the same words everywhere.</summary>
[Collection(nameof(Alone))]
public sealed class UnobservedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_failure_is_left_that_nobody_saw()
    {
        await using var server = new FakeServer(session => session.WaitForBytesAsync()); // and closes
        var unseen = new ConcurrentQueue<string>();
        string place = $"127.0.0.1:{server.Port}";
        void See(object? sender, UnobservedTaskExceptionEventArgs failure)
        {
            string text = failure.Exception.ToString();
            if (text.Contains(place, StringComparison.Ordinal)) unseen.Enqueue(text); // other tests have their own
        }

        TaskScheduler.UnobservedTaskException += See;
        try
        {
            foreach (string name in ClientOperations.Names) await FailAsync(server, name);
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= See;
        }

        Assert.Empty(unseen);
    }

    [Fact]
    public async Task Messages_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberGroupSeparator = "#";
        try
        {
            CultureInfo.CurrentCulture = odd;
            CultureInfo.DefaultThreadCurrentCulture = odd; // of the threads that find that time has run out
            await using var server = new FakeServer(session => session.SilenceAsync());
            await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 1_000);
            Task<string> late = channel.AskAsync(
                Batches.Of([.. Enumerable.Repeat("ECHO a", 2_001)]), SendMode.Pipeline, Cancel);
            var timeout = await Assert.ThrowsAsync<BitmapistTimeoutException>(() => late);
            Assert.Contains(
                "ECHO a (and 2,000 more requests) within 1,000 ms", timeout.Message, StringComparison.Ordinal);
            var refusal = Assert.Throws<ArgumentException>(
                () => PendingBatch.FramedBytes(int.MaxValue, SendMode.Pipeline));
            Assert.DoesNotContain("#", refusal.Message, StringComparison.Ordinal);
            refusal = Assert.Throws<ArgumentException>(() => new BitmapistOptions { ConnectTimeoutMs = 0 }.Snapshot());
            Assert.Contains("86,400,000", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.DefaultThreadCurrentCulture = null;
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>In a method of its own, so that nothing of it is held when garbage is collected.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task FailAsync(FakeServer server, string name)
    {
        BitmapistOptions options = server.Options(responseTimeoutMs: 2_000);
        await using BitmapistClient client = await BitmapistClient.ConnectAsync(options, Cancel);
        await Assert.ThrowsAnyAsync<BitmapistException>(() => ClientOperations.RunAsync(name, client, Cancel));
    }
}
