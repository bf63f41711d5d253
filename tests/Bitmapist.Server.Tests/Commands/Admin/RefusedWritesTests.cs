using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Server.Tests.Connections;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Server.Tests.Commands.Admin;

/// <summary>What clients and the operator are told while the log takes nothing, and when the disk is behind.</summary>
public sealed class RefusedWritesTests : IAsyncDisposable
{
    private const string WriteRefusal =
        "MISCONF Errors writing to the AOF file: No space left on device. Nothing was changed. "
        + "Writes are taken again as soon as the log can be written, which the server tries by itself.\r\n";

    private const string SyncRefusal =
        "MISCONF Errors writing to the AOF file: fsync: Input/output error. Nothing was changed. "
        + "Writes are taken again after a save, which the server makes by itself.\r\n";

    private readonly SimulatedFileSystem _disk = new();
    private readonly RecordingLogger _logger = new();
    private readonly PersistentKeyspace _keyspace;
    private readonly ServerState _server;
    private readonly PipedClient _client;

    public RefusedWritesTests()
    {
        var options = new PersistenceOptions("/data/bitmapist.db", 16, FsyncPolicy.Always, TimeSpan.Zero);
        _keyspace = PersistentKeyspace.Open(_disk, options, TimeProvider.System, new PersistenceLogger(_logger));
        _server = new ServerState(
            new ServerOptions(), _keyspace.Store, _keyspace, TimeProvider.System, _logger, CommandList.Table.Count);
        _client = new PipedClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _keyspace.DisposeAsync();
    }

    [Theory]
    [InlineData(DiskOperation.Write, DiskFault.NoSpace, WriteRefusal, "write_failed", "No space left on device")]
    [InlineData(DiskOperation.Sync, DiskFault.InputOutputError, SyncRefusal, "sync_failed", "Input/output error")]
    public async Task Writes_get_MISCONF_and_no_path_reads_go_on_and_INFO_tells_why(
        DiskOperation operation, DiskFault fault, string refusal, string state, string reason)
    {
        Assert.Equal("+OK\r\n", await _client.SendAsync("SET key value"));
        await FailAsync(operation, fault);
        Assert.Equal("-" + refusal, await _client.SendAsync("SETBIT key 1 1"));
        Assert.Equal("-" + refusal, await _client.SendAsync("DEL key"));
        Assert.Equal("+OK\r\n", await _client.SendAsync("MULTI"));
        Assert.Equal("-" + refusal, await _client.SendAsync("SET key other"));
        Assert.StartsWith("-EXECABORT", await _client.SendAsync("EXEC"), StringComparison.Ordinal);
        Assert.Equal("$5\r\nvalue\r\n", await _client.SendAsync("GET key"));
        Assert.Equal(":1\r\n", await _client.SendAsync("DBSIZE"));
        Assert.Equal("err", await _client.InfoAsync("persistence", "aof_last_write_status"));
        Assert.Equal(state, await _client.InfoAsync("persistence", "bitmapist_log_state"));
        Assert.Equal(reason, await _client.InfoAsync("persistence", "bitmapist_log_error"));
        Assert.NotEqual("0", await _client.InfoAsync("persistence", "bitmapist_log_refusing_since"));
        await ResumeAsync();
        Assert.Equal("ok", await _client.InfoAsync("persistence", "aof_last_write_status"));
        Assert.Equal("ok", await _client.InfoAsync("persistence", "bitmapist_log_state"));
        Assert.Equal("", await _client.InfoAsync("persistence", "bitmapist_log_error"));
        Assert.Equal("0", await _client.InfoAsync("persistence", "bitmapist_log_refusing_since"));
        Assert.Equal("1", await _client.InfoAsync("persistence", "bitmapist_log_failures"));
    }

    [Fact]
    public async Task The_operator_reads_of_each_state_once_and_with_the_path()
    {
        await FailAsync(DiskOperation.Write, DiskFault.NoSpace);
        for (int i = 0; i < 20; i++) await _client.SendAsync("SET key value");
        await Eventually.AMomentAsync(500); // the server goes on trying
        await ResumeAsync();
        await UntilAsync(() => _logger.Lines.Any(line => line.Contains("written again", StringComparison.Ordinal)));
        string refused = Assert.Single(_logger.Lines, Says("writes are refused"));
        Assert.Contains("/data/bitmapist.db.log.", refused, StringComparison.Ordinal);
        Assert.Single(_logger.Lines, Says("can be written again"));
        Assert.Single(_logger.Lines, Says("No space left"));
    }

    [Fact]
    public async Task Its_own_lines_of_INFO_are_there_when_all_is_well()
    {
        Assert.Equal("0", await _client.InfoAsync("persistence", "aof_delayed_fsync"));
        Assert.Equal("ok", await _client.InfoAsync("persistence", "bitmapist_log_state"));
        Assert.Equal("0", await _client.InfoAsync("persistence", "bitmapist_log_failures"));
    }

    [Fact]
    public async Task What_a_SAVE_waits_for_is_its_time_in_commandstats()
    {
        const int WaitMs = 100;
        await _client.SendAsync("SET key value");
        _disk.Syncing = path =>
        {
            if (path == "/data/bitmapist.db") Eventually.AMoment(WaitMs);
        };
        Assert.Equal("+OK\r\n", await _client.SendAsync("SAVE"));
        string save = await _client.InfoAsync("commandstats", "cmdstat_save");
        Assert.InRange(int.Parse(save.Split("usec=")[1].Split(',')[0]), 1000 * WaitMs, int.MaxValue);
    }

    [Fact]
    public async Task The_size_at_which_the_log_is_saved_can_be_set()
    {
        const string Names = "auto-aof-rewrite-percentage auto-aof-rewrite-min-size";
        Assert.Equal(
            "*4\r\n$27\r\nauto-aof-rewrite-percentage\r\n$3\r\n100\r\n"
            + "$25\r\nauto-aof-rewrite-min-size\r\n$8\r\n67108864\r\n",
            await _client.SendAsync($"CONFIG GET {Names}"));
        Assert.Equal(
            "+OK\r\n",
            await _client.SendAsync("CONFIG SET auto-aof-rewrite-percentage 50 auto-aof-rewrite-min-size 1kb"));
        Assert.Equal((50, 1024), (_keyspace.LogGrowthPercentage, _keyspace.LogGrowthBytesMin));
        for (int i = 0; i < 200; i++) Assert.Equal(":0\r\n", await _client.SendAsync($"SETBIT key {i} 1"));
        await UntilAsync(() => _logger.Lines.Any(line =>
            line.StartsWith("saving, as the log has", StringComparison.Ordinal)));
        await UntilAsync(() => !_keyspace.IsSaving && _keyspace.LogBytes < 1024);
    }

    private static Predicate<string> Says(string what) => line => line.Contains(what, StringComparison.Ordinal);

    /// <summary>Lets the log fail from now on, and a client find it out.</summary>
    private async Task FailAsync(DiskOperation operation, DiskFault fault)
    {
        _disk.Failing = (asked, _) => asked == operation ? fault : null;
        using var unlucky = new Session(_keyspace.Store);
        unlucky.SetBit("lost"u8, 1, bit: true);
        await Assert.ThrowsAsync<StorageException>(() => _keyspace.CommitAsync(unlucky).AsTask());
        await UntilAsync(() => _keyspace.LogFailure is not null);
    }

    private async Task ResumeAsync()
    {
        _disk.Failing = null;
        await UntilAsync(() => _keyspace.LogFailure is null);
        Assert.Equal("+OK\r\n", await _client.SendAsync("SET later value"));
    }

    private static Task UntilAsync(Func<bool> condition) =>
        Eventually.IsAsync(condition, "what the server does by itself");
}
