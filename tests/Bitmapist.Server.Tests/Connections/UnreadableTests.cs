using Bitmapist.Engine.Saving;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>What clients, and the operator, are told when the disk does not give, or take, what it should.</summary>
public sealed class UnreadableTests : IAsyncDisposable
{
    private const string Unreadable = "-ERR the database file cannot be read: the server's log says why\r\n";
    private readonly SimulatedFileSystem _disk = new();
    private readonly RecordingLogger _logger = new();
    private readonly PersistentKeyspace _keyspace;
    private readonly ServerState _server;
    private readonly PipedClient _client;

    public UnreadableTests()
    {
        var options = new PersistenceOptions("/data/bitmapist.db", 16, FsyncPolicy.No, TimeSpan.Zero);
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
    [InlineData("GET key", false)] // where the key is, too, must be read
    [InlineData("GET key", true)] // that is known, and its bits must be
    [InlineData("GETBIT key 3", true)]
    [InlineData("BITCOUNT key 1 2", true)]
    [InlineData("SETBIT key 3 1", true)]
    [InlineData("BITOP NOT other key", true)]
    [InlineData("KEYS *", false)]
    [InlineData("SCAN 0", false)]
    public async Task Clients_learn_no_path_and_the_operator_learns_it_once_a_minute(string command, bool isFound)
    {
        await _client.SendAsync("SET key " + new string('x', 50_000));
        Assert.Null(await _keyspace.SaveAsync());
        _keyspace.MemoryBytesMax = 1;
        for (int i = 0; _keyspace.Store.Statistics().ResidentKeys > 0; i++)
        {
            Assert.True(i < 2000, "nothing is evicted");
            await Eventually.AMomentAsync(10);
        }

        _keyspace.MemoryBytesMax = 0;
        if (isFound) Assert.Equal(":50000\r\n", await _client.SendAsync("STRLEN key"));
        _disk.UnreadableSuffix = "bitmapist.db";
        for (int i = 0; i < 3; i++) Assert.Equal(Unreadable, await _client.SendAsync(command));
        await _client.SendAsync("MULTI");
        await _client.SendAsync(command);
        Assert.Equal("*1\r\n" + Unreadable, await _client.SendAsync("EXEC"));
        const string Line = "commands that need what is on disk fail: ";
        string line = Assert.Single(_logger.Lines, line => line.StartsWith(Line, StringComparison.Ordinal));
        Assert.Contains("/data/bitmapist.db", line, StringComparison.Ordinal);
        Assert.Equal("count=4", await _client.InfoAsync("errorstats", "errorstat_ERR"));
    }

    [Fact]
    public async Task A_save_that_fails_tells_its_client_no_path()
    {
        await _client.SendAsync("SETBIT key 1 1");
        _disk.FullSuffix = "bitmapist.db";
        Assert.Equal("-ERR saving failed: the server's log says why\r\n", await _client.SendAsync("SAVE"));
        Assert.Contains(_logger.Lines, line => line.Contains("saving failed", StringComparison.Ordinal)
            && line.Contains("/data/bitmapist.db", StringComparison.Ordinal));
    }
}
