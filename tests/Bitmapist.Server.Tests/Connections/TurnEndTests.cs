using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>Clients that a loop serves in one turn: one write of the log for all, and no reply leaves before.</summary>
public sealed class TurnEndTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SimulatedFileSystem _disk = new();
    private readonly List<ITurnEnd> _ends = [];
    private readonly PersistentKeyspace _keyspace;
    private readonly ServerState _server;
    private readonly List<PipedClient> _clients = [];
    private bool _isInTurn = true;

    public TurnEndTests()
    {
        var options = new PersistenceOptions("/data/bitmapist.db", 16, FsyncPolicy.EverySecond, TimeSpan.Zero);
        RecordingLogger logger = new();
        _keyspace = PersistentKeyspace.Open(_disk, options, TimeProvider.System, new PersistenceLogger(logger));
        _server = new ServerState(
            new ServerOptions(), _keyspace.Store, _keyspace, TimeProvider.System, logger, CommandList.Table.Count);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PipedClient client in _clients) await client.DisposeAsync();
        await _keyspace.DisposeAsync();
    }

    [Fact]
    public async Task One_write_of_the_log_serves_all_clients_of_a_turn()
    {
        PipedClient[] clients = [.. Enumerable.Range(0, 10).Select(_ => Connect())];
        int writes = Writes();
        for (int i = 0; i < clients.Length; i++) await clients[i].WriteAsync($"SETBIT key{i} 1 1", "GETBIT key0 1");
        Assert.Equal(10, _ends.Count);
        Assert.Equal(writes, Writes());
        Assert.All(clients, client => Assert.False(client.HasReply));

        EndTurn();
        Assert.InRange(Writes(), writes + 1, writes + 2); // the first one makes the segment's header, too
        foreach (PipedClient client in clients) Assert.Equal(":0\r\n:1\r\n", await client.ReadAsync());
    }

    [Fact]
    public async Task A_reader_does_not_show_what_is_not_written()
    {
        PipedClient writer = Connect(), reader = Connect();
        await writer.WriteAsync("SETBIT key 1 1");
        await reader.WriteAsync("GETBIT key 1");
        Assert.False(reader.HasReply);
        EndTurn();
        Assert.Equal(":1\r\n", await reader.ReadAsync());
        await reader.WriteAsync("GETBIT key 1"); // nothing is to be written any more
        Assert.Empty(_ends);
        Assert.Equal(":1\r\n", await reader.ReadAsync());
    }

    [Fact]
    public async Task A_notification_does_not_show_what_is_not_written()
    {
        PipedClient writer = Connect(), subscriber = Connect();
        await writer.SendAsync("CONFIG SET notify-keyspace-events EA");
        await subscriber.SendAsync("SUBSCRIBE __keyevent@0__:setbit");
        await writer.WriteAsync("SETBIT key 1 1");
        Assert.False(subscriber.HasReply);
        EndTurn();
        Assert.EndsWith("$3\r\nkey\r\n", await subscriber.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal(":0\r\n", await writer.ReadAsync());
    }

    [Fact]
    public async Task Further_requests_of_the_turn_are_sent_with_the_first()
    {
        PipedClient client = Connect();
        await client.WriteAsync("SETBIT key 1 1");
        await client.WriteAsync("SETBIT key 2 1");
        Assert.Single(_ends);
        EndTurn();
        Assert.Equal(":0\r\n:0\r\n", await client.ReadAsync());
    }

    [Fact]
    public async Task What_leaves_the_loop_sends_what_is_held_before()
    {
        PipedClient client = Connect();
        await client.WriteAsync("SETBIT key 1 1");
        string[] names = [.. Enumerable.Range(0, ServerLimits.InlineArguments + 1).Select(i => $"no{i}")];
        await client.WriteAsync($"EXISTS {string.Join(' ', names)}"); // so many that it runs on the pool
        Assert.Equal(":0\r\n:0\r\n", await client.ReadAsync(8));
        EndTurn();
        Assert.False(client.HasReply);
    }

    [Fact]
    public async Task Replies_that_wait_are_sent_before_a_client_that_quits_is_closed()
    {
        PipedClient client = Connect();
        await client.WriteAsync("SETBIT key 1 1", "QUIT");
        Assert.Equal(":0\r\n+OK\r\n", await client.ReadAsync());
        await client.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        EndTurn();
    }

    [Fact]
    public async Task A_log_that_fails_at_the_end_of_the_turn_ends_those_who_wrote()
    {
        PipedClient writer = Connect(), other = Connect();
        await writer.WriteAsync("SETBIT key 1 1");
        _disk.Failing = (operation, _) => operation == DiskOperation.Write ? DiskFault.NoSpace : null;
        EndTurn();
        await Assert.ThrowsAsync<StorageException>(
            () => writer.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        _clients.Remove(writer);
        _disk.Failing = null;
        await Eventually.IsAsync(() => _keyspace.LogFailure is null, "the log is written again");
        await other.WriteAsync("GETBIT key 1");
        EndTurn();
        Assert.Equal(":0\r\n", await other.ReadAsync()); // it was taken back
    }

    [Fact]
    public async Task Back_pressure_slows_all_writers_of_a_turn()
    {
        PipedClient[] clients = [.. Enumerable.Range(0, 10).Select(_ => Connect())];
        for (int i = 0; i < clients.Length; i++) await clients[i].WriteAsync($"SETBIT key{i} 1 1");
        _keyspace.MemoryBytesMax = 1;
        EndTurn();
        Assert.Equal(0, clients.Count(client => client.HasReply));
    }

    [Fact]
    public async Task Files_stay_open_while_what_is_left_is_made_of_them()
    {
        string name = new('q', 400_000);
        PipedClient client = Connect();
        _isInTurn = false;
        Assert.Equal("+OK\r\n", await client.SendAsync($"SET big {name}"));
        Assert.Null(await _keyspace.SaveAsync());
        _keyspace.MemoryBytesMax = 1;
        await Eventually.IsAsync(() => _keyspace.Store.Statistics().Evicted >= 1, "evicted");
        _keyspace.MemoryBytesMax = 0;
        await Eventually.AMomentAsync(1500); // the collector's keeper looks again
        Assert.Equal("+OK\r\n", await client.SendAsync($"SET junk {new string('j', 6_000_000)}"));
        Assert.Null(await _keyspace.SaveAsync());
        Assert.Equal("+OK\r\n", await client.SendAsync("SET junk x"));
        using ManualResetEventSlim compacting = new(), compact = new(), log = new();
        bool isArmed = false;
        _disk.Syncing = path =>
        {
            if (path.Contains(".log.", StringComparison.Ordinal))
            {
                if (isArmed) log.Wait(s_patience);
            }
            else if (path is not ("/data/bitmapist.db" or "/data"))
            {
                compacting.Set();
                compact.Wait(s_patience);
            }
        };
        Task<Exception?> saving = _keyspace.SaveAsync();
        Assert.True(await Task.Run(() => compacting.Wait(s_patience)));
        _keyspace.AppendFsync = FsyncPolicy.Always;
        isArmed = _isInTurn = true;
        await client.WriteAsync("SETBIT other 1 1");
        Assert.Single(_ends);
        await client.WriteAsync("BITCOUNT big 0 -1");
        _isInTurn = false;
        compact.Set();
        Assert.Null(await saving);
        log.Set();
        Assert.Equal(":0\r\n:1600000\r\n", await client.ReadAsync(4 + 10));
    }

    [Fact]
    public async Task An_fsync_that_is_waited_for_holds_the_client_alone()
    {
        _keyspace.AppendFsync = FsyncPolicy.Always;
        using var mayGoOn = new ManualResetEventSlim();
        PipedClient writer = Connect();
        _disk.Syncing = _ => mayGoOn.Wait(TimeSpan.FromSeconds(30));
        await writer.WriteAsync("SETBIT key 1 1");
        EndTurn(); // returns
        Assert.False(writer.HasReply);
        await writer.WriteAsync("GETBIT key 1"); // its turn comes after the fsync
        mayGoOn.Set();
        _isInTurn = false;
        Assert.Equal(":0\r\n:1\r\n", await writer.ReadAsync(8));
    }

    private PipedClient Connect()
    {
        PipedClient client = new(_server, tryAtTurnEnd: work =>
        {
            if (_isInTurn) _ends.Add(work);
            return _isInTurn;
        });
        _clients.Add(client);
        return client;
    }

    private void EndTurn()
    {
        foreach (ITurnEnd end in _ends) end.EndTurn();
        _ends.Clear();
    }

    private int Writes() => _disk.Events.Count(disk => disk.Operation == DiskOperation.Write);
}
