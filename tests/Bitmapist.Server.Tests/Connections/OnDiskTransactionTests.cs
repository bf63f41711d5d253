using Bitmapist.Engine.Saving;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>EXEC over bitmaps that are not in memory: they are read before its shards are held.</summary>
public sealed class OnDiskTransactionTests : IAsyncDisposable
{
    private const int LongRead = 16 * 1024; // what is shorter are blocks of the index
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly SimulatedFileSystem _disk = new();
    private readonly PersistentKeyspace _keyspace;
    private readonly ServerState _server;
    private readonly PipedClient _client;

    public OnDiskTransactionTests()
    {
        var options = new PersistenceOptions("/data/bitmapist.db", 16, FsyncPolicy.No, TimeSpan.Zero);
        _keyspace = PersistentKeyspace.Open(
            _disk, options, TimeProvider.System, new PersistenceLogger(NullLogger.Instance));
        _server = new ServerState(
            new ServerOptions(), _keyspace.Store, _keyspace, TimeProvider.System, NullLogger.Instance,
            CommandList.Table.Count);
        _client = new PipedClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _keyspace.DisposeAsync();
    }

    [Theory]
    [InlineData("SETBIT large 3 1", ":1\r\n")]
    [InlineData("BITOP NOT inverse large", ":50000\r\n")]
    [InlineData("BITOP OR union large other", ":50000\r\n")]
    public async Task Others_are_served_while_a_transaction_waits_for_the_disk(string command, string reply)
    {
        await FillAsync();
        using var isReading = new SemaphoreSlim(0);
        using var mayRead = new ManualResetEventSlim();
        _disk.Reading = bytes =>
        {
            if (bytes < LongRead) return;
            isReading.Release();
            mayRead.Wait(s_timeout);
        };
        await _client.SendAsync("MULTI");
        await _client.SendAsync("SET before x");
        await _client.SendAsync(command);
        Task<string> running = _client.SendAsync("EXEC");
        Assert.True(await isReading.WaitAsync(s_timeout, TestContext.Current.CancellationToken));
        await using (var other = new PipedClient(_server))
        {
            // The same keys, and so the same shards.
            Assert.Equal(":50000\r\n", await SoonAsync(other.SendAsync("STRLEN large")));
            Assert.Equal("$-1\r\n", await SoonAsync(other.SendAsync("GET before")));
        }

        Assert.False(running.IsCompleted);
        mayRead.Set();
        Assert.Equal("*2\r\n+OK\r\n" + reply, await SoonAsync(running));
        Assert.Equal("$1\r\nx\r\n", await _client.SendAsync("GET before"));
    }

    [Fact]
    public async Task A_long_reply_of_a_transaction_that_reads_little_is_whole()
    {
        await _client.SendAsync("SETBIT d 1000000 1");
        Assert.Null(await _keyspace.SaveAsync());
        await EvictAsync();
        await _client.SendAsync("MULTI");
        await _client.SendAsync("BITOP OR r d"); // a few bytes are to be read
        await _client.SendAsync("GET r"); // and many replied
        await _client.SendAsync("PING");
        string expected = $"*3\r\n:125001\r\n$125001\r\n{new string('\0', 125_000)}\u0080\r\n+PONG\r\n";
        string reply = await SoonAsync(_client.SendAsync("EXEC"));
        while (reply.Length < expected.Length) reply += await SoonAsync(_client.ReadAsync());
        Assert.Equal(expected, reply);
        Assert.Equal("+PONG\r\n", await _client.SendAsync("PING"));
    }

    [Fact]
    public async Task What_changes_while_a_transaction_reads_is_seen_by_it()
    {
        await FillAsync();
        bool isChanged = false;
        _disk.Reading = bytes =>
        {
            if (bytes < LongRead || isChanged) return;
            isChanged = true;
            _disk.Reading = null;
            Task.Run(async () =>
            {
                await using var other = new PipedClient(_server);
                await other.SendAsync("SET large y");
            }).Wait(s_timeout);
        };
        await _client.SendAsync("MULTI");
        await _client.SendAsync("BITOP OR union large other");
        await _client.SendAsync("SETBIT large 15 1");
        await _client.SendAsync("STRLEN large");
        Assert.Equal("*3\r\n:40000\r\n:0\r\n:2\r\n", await _client.SendAsync("EXEC"));
        Assert.True(isChanged);
    }

    [Fact]
    public async Task A_watch_that_breaks_while_a_transaction_reads_discards_it()
    {
        await FillAsync();
        _disk.Reading = bytes =>
        {
            if (bytes < LongRead) return;
            _disk.Reading = null;
            Task.Run(async () =>
            {
                await using var other = new PipedClient(_server);
                await other.SendAsync("SET watched y");
            }).Wait(s_timeout);
        };
        await _client.SendAsync("WATCH watched");
        await _client.SendAsync("MULTI");
        await _client.SendAsync("BITOP NOT inverse large");
        Assert.Equal("*-1\r\n", await _client.SendAsync("EXEC"));
        Assert.Equal(":0\r\n", await _client.SendAsync("EXISTS inverse"));
        await _client.SendAsync("MULTI"); // and it is watched no longer
        await _client.SendAsync("BITOP NOT inverse large");
        Assert.Equal("*1\r\n:50000\r\n", await _client.SendAsync("EXEC"));
    }

    [Fact]
    public async Task A_command_whose_bits_cannot_be_read_fails_alone()
    {
        await FillAsync();
        await _client.SendAsync("STRLEN large"); // finds it; what cannot be read are then its bits
        _disk.UnreadableSuffix = "bitmapist.db";
        await _client.SendAsync("MULTI");
        await _client.SendAsync("STRLEN large");
        await _client.SendAsync("BITOP NOT large large");
        await _client.SendAsync("STRLEN large");
        string reply = await _client.SendAsync("EXEC");
        Assert.StartsWith("*3\r\n:50000\r\n-ERR ", reply, StringComparison.Ordinal);
        Assert.EndsWith("\r\n:50000\r\n", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SETBIT large 3 1")]
    [InlineData("BITOP NOT inverse large")]
    public async Task A_command_whose_key_cannot_be_looked_up_fails_alone(string command)
    {
        await FillAsync();
        _disk.UnreadableSuffix = "bitmapist.db";
        await _client.SendAsync("MULTI");
        await _client.SendAsync("PING");
        await _client.SendAsync(command);
        await _client.SendAsync("PING");
        string reply = await _client.SendAsync("EXEC");
        Assert.StartsWith("*3\r\n+PONG\r\n-ERR ", reply, StringComparison.Ordinal);
        Assert.EndsWith("\r\n+PONG\r\n", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_selects_a_database_reads_what_is_there_before_it_holds_its_keys()
    {
        await _client.SendAsync("SELECT 1");
        await FillAsync();
        await _client.SendAsync("SELECT 0");
        string other = "";
        _disk.Reading = bytes =>
        {
            if (bytes < LongRead || other.Length > 0) return;
            other = "asking";
            Task.Run(async () =>
            {
                await using var client = new PipedClient(_server);
                await client.SendAsync("SELECT 1");
                other = await client.SendAsync("STRLEN large");
            }).Wait(s_timeout);
        };
        foreach (string queued in new[] { "MULTI", "SELECT 1", "SELECT nowhere", "BITOP OR union large other" })
            await _client.SendAsync(queued);
        string reply = await _client.SendAsync("EXEC");
        Assert.StartsWith("*3\r\n+OK\r\n-ERR ", reply, StringComparison.Ordinal);
        Assert.EndsWith("\r\n:50000\r\n", reply, StringComparison.Ordinal);
        Assert.Equal(":50000\r\n", other);
        Assert.Equal(":50000\r\n", await _client.SendAsync("STRLEN union")); // and the client is in that database
    }

    [Fact]
    public async Task What_changes_at_every_attempt_is_read_in_the_end()
    {
        await FillAsync();
        int changes = 0;
        bool isChanging = false; // which reads, too
        Task<string> last = Task.FromResult("");
        await using var other = new PipedClient(_server);
        _disk.Reading = bytes =>
        {
            if (bytes < LongRead || isChanging || changes == 20 || !last.IsCompleted) return;
            isChanging = true;
            changes++;
            Task.Run(async () =>
            {
                // The last attempt holds the keys: then this waits, and comes after it.
                string value = Noise(30_000 + changes);
                Task<string> set = Task.Run(() => other.SendAsync($"SET large {value}"));
                await Task.WhenAny(set, Eventually.AMomentAsync(200));
                last = set;
                if (!set.IsCompleted) return;
                await _keyspace.SaveAsync();
                await EvictAsync();
            }).Wait(s_timeout);
            isChanging = false;
        };
        await _client.SendAsync("MULTI");
        await _client.SendAsync("BITOP OR union large other");
        Assert.Equal("*1\r\n:40000\r\n", await SoonAsync(_client.SendAsync("EXEC")));
        Assert.InRange(changes, 4, 19);
        Assert.Equal("+OK\r\n", await SoonAsync(last));
    }

    [Fact]
    public async Task Hits_are_counted_when_a_command_runs_and_once()
    {
        await FillAsync();
        await _client.SendAsync("MULTI");
        await _client.SendAsync("SET new x");
        await _client.SendAsync("BITOP OR union large other new missing");
        await _client.SendAsync("EXEC");
        Assert.Equal("3", await _client.InfoAsync("stats", "keyspace_hits"));
        Assert.Equal("1", await _client.InfoAsync("stats", "keyspace_misses"));
    }

    /// <summary>Two long strings, on the disk alone.</summary>
    private async Task FillAsync()
    {
        await _client.SendAsync("SET large " + Noise(50_000));
        await _client.SendAsync("SET other " + Noise(40_000));
        Assert.Null(await _keyspace.SaveAsync());
        await EvictAsync();
    }

    private async Task EvictAsync()
    {
        _keyspace.MemoryBytesMax = 1;
        await Eventually.IsAsync(() => _keyspace.Store.Statistics().ResidentKeys == 0, "everything is evicted");
        _keyspace.MemoryBytesMax = 0;
    }

    private static Task<string> SoonAsync(Task<string> reply) =>
        reply.WaitAsync(s_timeout, TestContext.Current.CancellationToken);

    private static string Noise(int length)
    {
        var random = new Random(length);
        return string.Create(length, random, static (text, random) =>
        {
            for (int i = 0; i < text.Length; i++) text[i] = (char)random.Next('0', 'z');
        });
    }
}
