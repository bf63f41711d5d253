using System.Diagnostics;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>
/// System calls on the log fail below the runtime while a client marks, one mark after the other: nothing acknowledged
/// is lost to a kill, nothing that was not is shown, and marks are taken again without a restart.
/// </summary>
public sealed class FailingLogTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private BitmapistServer? _server;

    public void Dispose() => _server?.Dispose();

    public static TheoryData<string, string> Writes => Matrix(
        $"{Strace.Write}:error=EIO", $"{Strace.Write}:error=ENOSPC",
        $"{Strace.Write},{Strace.Truncate}:error=EIO");

    public static TheoryData<string, string> Syncs => Matrix(
        $"{Strace.Fsync}:error=EIO", $"{Strace.Fsync}:error=ENOSPC");

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Failing_writes_are_refused_until_they_work_again(string policy, string fault)
    {
        BitmapistServer server = Start(policy);
        int acknowledged = await MarkAsync(server, from: 0, count: 50);
        using (FaultInjection.Attach(server.Process, fault, Segment(server)))
        {
            acknowledged += await MarkAsync(server, acknowledged, count: 1000);
            await CheckAsync(server, acknowledged);
            Assert.Equal("write_failed", await InfoAsync(server, "bitmapist_log_state"));
            Assert.Equal("err", await InfoAsync(server, "aof_last_write_status"));
            string refusal = await AskAsync(server, "SETBIT marks 999999 1");
            Assert.StartsWith("-MISCONF Errors writing to the AOF file: ", refusal, StringComparison.Ordinal);
            AssertNamesNoFile(server, refusal);
            await CheckAsync(server, acknowledged);
        }

        await ResumeAsync(server, acknowledged);
    }

    [Theory]
    [MemberData(nameof(Syncs))]
    public async Task A_log_that_cannot_be_synced_goes_on_after_a_save_of_the_servers_own(string policy, string fault)
    {
        BitmapistServer server = Start(policy);
        int acknowledged = await MarkAsync(server, from: 0, count: 50);
        using (FaultInjection.Attach(server.Process, fault)) // of the database file and of the folder, too
        {
            acknowledged += await MarkAsync(server, acknowledged, count: 100_000);
            await CheckAsync(server, acknowledged);
            Assert.Equal("sync_failed", await InfoAsync(server, "bitmapist_log_state"));
            string refusal = await AskAsync(server, "SETBIT marks 999999 1");
            Assert.StartsWith("-MISCONF Errors writing to the AOF file: fsync: ", refusal, StringComparison.Ordinal);
            AssertNamesNoFile(server, refusal);
            string failedSave = await AskAsync(server, "SAVE"); // or the server's own is just under way
            Assert.StartsWith("-ERR", failedSave, StringComparison.Ordinal);
            AssertNamesNoFile(server, failedSave);
            await CheckAsync(server, acknowledged);
        }

        await ResumeAsync(server, acknowledged);
    }

    [Theory]
    [InlineData("always")]
    [InlineData("everysec")]
    public async Task Killed_while_the_log_fails_the_server_comes_back_with_all_that_it_acknowledged(string policy)
    {
        foreach (string call in new[] { Strace.Write, Strace.Fsync })
        {
            BitmapistServer server = Start(policy);
            int acknowledged = await MarkAsync(server, from: 0, count: 50);
            using (FaultInjection.Attach(server.Process, $"{call}:error=EIO"))
            {
                acknowledged += await MarkAsync(server, acknowledged, count: 100_000);
                await CheckAsync(server, acknowledged);
                server.Kill();
            }

            server.Start();
            // After a failed fsync the one mark in flight may be in the file, though nobody was told so.
            int found = await CountAsync(server);
            Assert.InRange(found, acknowledged, acknowledged + (call == Strace.Fsync ? 1 : 0));
            Assert.Equal($":{found}", await AskAsync(server, "BITPOS marks 0"));
            server.Dispose();
            _server = null;
        }
    }

    [Theory]
    [InlineData("always", Strace.Write)]
    [InlineData("everysec", Strace.Write)]
    [InlineData("everysec", Strace.Open)]
    public async Task A_call_that_fails_once_goes_unnoticed(string policy, string call)
    {
        BitmapistServer server = Start(policy);
        int acknowledged = await MarkAsync(server, from: 0, count: 50);
        string segment = Segment(server);
        if (call == Strace.Open)
        {
            Assert.Equal("+OK", await AskAsync(server, "SAVE")); // the next mark begins a segment
            segment = Next(segment);
        }

        using (FaultInjection fault = FaultInjection.Attach(server.Process, $"{call}:error=EIO:when=1", segment))
        {
            acknowledged += await MarkAsync(server, acknowledged, count: 1);
            Assert.Equal(51, acknowledged);
            Assert.Equal(1, fault.Injected);
            Assert.Equal("ok", await InfoAsync(server, "aof_last_write_status"));
        }

        server.Kill();
        server.Start();
        await CheckAsync(server, acknowledged);
    }

    [Theory]
    [InlineData("EMFILE")]
    [InlineData("ENOSPC")]
    [InlineData("EACCES")]
    public async Task A_segment_that_cannot_be_begun_is_tried_until_it_can(string error)
    {
        BitmapistServer server = Start("everysec");
        int acknowledged = await MarkAsync(server, from: 0, count: 50);
        Assert.Equal("+OK", await AskAsync(server, "SAVE"));
        string segment = Path.Combine(server.Folder, "bitmapist.db.log.000002");
        using (FaultInjection.Attach(server.Process, $"{Strace.Open}:error={error}", segment))
        {
            acknowledged += await MarkAsync(server, acknowledged, count: 10);
            Assert.Equal(50, acknowledged);
            Assert.Equal("write_failed", await InfoAsync(server, "bitmapist_log_state"));
            await CheckAsync(server, acknowledged);
        }

        await ResumeAsync(server, acknowledged);
    }

    [Fact]
    public async Task A_disk_that_is_behind_delays_acknowledgements_and_is_told_of_once()
    {
        BitmapistServer server = Start("everysec");
        Assert.Equal(":0", await AskAsync(server, "SETBIT marks 0 1"));
        using (FaultInjection.Attach(
            server.Process, $"{Strace.Fsync}:delay_enter=6000000", Segment(server)))
        {
            var clock = Stopwatch.StartNew();
            var slowest = TimeSpan.Zero;
            for (int i = 1; clock.Elapsed < TimeSpan.FromSeconds(8); i++)
            {
                TimeSpan before = clock.Elapsed;
                Assert.Equal(":0", await AskAsync(server, $"SETBIT marks {i} 1"));
                if (clock.Elapsed - before > slowest) slowest = clock.Elapsed - before;
            }

            Assert.True(slowest > TimeSpan.FromSeconds(1.5), $"the slowest took {slowest}");
            Assert.NotEqual("0", await InfoAsync(server, "aof_delayed_fsync"));
        }

        string told = Assert.Single(server.Output.Split('\n'), line =>
            line.Contains("acknowledgements waited", StringComparison.Ordinal));
        Assert.Contains("two seconds", told, StringComparison.Ordinal);
    }

    private BitmapistServer Start(string policy) =>
        _server = BitmapistServer.With("-save", "0", "-appendfsync", policy);

    private static void AssertNamesNoFile(BitmapistServer server, string reply)
    {
        Assert.DoesNotContain(server.Folder, reply, StringComparison.Ordinal);
        Assert.DoesNotContain("bitmapist.db", reply, StringComparison.Ordinal);
    }

    private static TheoryData<string, string> Matrix(params string[] faults)
    {
        var rows = new TheoryData<string, string>();
        foreach (string policy in new[] { "always", "everysec" })
            foreach (string fault in faults) rows.Add(policy, fault);
        return rows;
    }

    private static string Segment(BitmapistServer server) =>
        Directory.GetFiles(server.Folder, "bitmapist.db.log.*").Order(StringComparer.Ordinal).Last();

    private static string Next(string segment) => $"{segment[..^6]}{int.Parse(segment[^6..], provider: null) + 1:D6}";

    /// <summary>Marks the ids from one on, each after the last was acknowledged, until one is not.</summary>
    /// <returns>How many were.</returns>
    private static async Task<int> MarkAsync(BitmapistServer server, int from, int count)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        var waited = Stopwatch.StartNew();
        int acknowledged = 0;
        try
        {
            while (acknowledged < count && waited.Elapsed < s_patience)
            {
                string reply = ReplyText.Render(await client.AskAsync($"SETBIT marks {from + acknowledged} 1"));
                if (reply != ":0") break;
                acknowledged++;
            }
        }
        catch (Exception end) when (end is IOException or System.Net.Sockets.SocketException)
        {
            // Its outcome was in doubt, so it got no reply.
        }

        return acknowledged;
    }

    /// <summary>What is shown is what was acknowledged.</summary>
    private static async Task CheckAsync(BitmapistServer server, int acknowledged)
    {
        Assert.Equal(acknowledged, await CountAsync(server));
        Assert.Equal($":{acknowledged}", await AskAsync(server, "BITPOS marks 0"));
        Assert.Equal(":1", await AskAsync(server, "DBSIZE"));
    }

    /// <summary>Marks are taken again by themselves, and a kill loses none of all.</summary>
    private static async Task ResumeAsync(BitmapistServer server, int acknowledged)
    {
        var waited = Stopwatch.StartNew();
        int resumed = 0;
        while (resumed == 0 && waited.Elapsed < s_patience)
        {
            await Eventually.AMomentAsync(20);
            resumed = await MarkAsync(server, acknowledged, count: 20);
        }

        Assert.Equal(20, resumed);
        acknowledged += resumed;
        Assert.Equal("ok", await InfoAsync(server, "bitmapist_log_state"));
        Assert.Single(server.Output.Split('\n'), line =>
            line.Contains("the log can be written again", StringComparison.Ordinal));
        server.Kill();
        server.Start();
        await CheckAsync(server, acknowledged);
    }

    private static async Task<int> CountAsync(BitmapistServer server) =>
        int.Parse((await AskAsync(server, "BITCOUNT marks")).AsSpan(1), provider: null);

    private static Task<string> AskAsync(BitmapistServer server, string command) =>
        ((ITestServer)server).SendAsync(command);

    private static async Task<string> InfoAsync(BitmapistServer server, string field)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        string info = System.Text.Encoding.Latin1.GetString(await client.AskAsync("INFO persistence"));
        string line = info.Split("\r\n").Single(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return line[(field.Length + 1)..];
    }
}
