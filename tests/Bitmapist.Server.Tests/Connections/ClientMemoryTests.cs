using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>What clients make the server hold, and what becomes of those who make it hold too much.</summary>
public sealed class ClientMemoryTests
{
    private const int BytesMax = 1_000_000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly RecordingLogger _logger = new();
    private readonly ServerState _server;

    public ClientMemoryTests() =>
        _server = PipedClient.NewServer(new ServerOptions { ClientMemoryBytesMax = BytesMax }, logger: _logger);

    [Fact]
    public Task A_request_that_does_not_end_is_cut_off() => AssertCutOffAsync(async client =>
    {
        await client.WriteRawAsync("*2\r\n$4\r\nECHO\r\n$50000000\r\n");
        for (int i = 0; i < 30; i++) await client.WriteRawAsync(new string('x', 100_000));
    });

    [Fact]
    public Task Replies_that_nobody_reads_are_cut_off() => AssertCutOffAsync(
        client => client.WriteAsync([.. Enumerable.Repeat("COMMAND DOCS", 200)]));

    [Fact]
    public Task A_transaction_without_end_is_cut_off() => AssertCutOffAsync(async client =>
    {
        await client.SendAsync("MULTI");
        for (int i = 0; i < 30; i++) await client.WriteAsync($"ECHO {new string('x', 100_000)}");
    });

    [Fact]
    public Task Watching_without_end_is_cut_off() => AssertCutOffAsync(async client =>
    {
        for (int i = 0; i < 100; i++)
        {
            IEnumerable<string> keys = Enumerable.Range(0, 100).Select(j => $"key{i}:{j}");
            await client.WriteAsync(string.Join(' ', keys.Prepend("WATCH")));
        }
    });

    [Fact]
    public Task Prefixes_without_end_are_cut_off() => AssertCutOffAsync(async client =>
    {
        await client.SendAsync("HELLO 3");
        for (int i = 0; i < 100; i++)
        {
            IEnumerable<string> prefixes = Enumerable.Range(0, 100).Select(j => $"PREFIX key{i:00}:{j:00}:");
            await client.WriteAsync($"CLIENT TRACKING ON BCAST {string.Join(' ', prefixes)}");
        }
    });

    [Fact]
    public async Task The_client_that_holds_most_goes_and_the_others_stay()
    {
        await using var small = new PipedClient(_server);
        var large = new PipedClient(_server);
        await small.SendAsync("MULTI");
        await small.SendAsync($"SET k {new string('x', 300_000)}");
        await large.SendAsync("MULTI");
        await large.SendAsync($"SET k {new string('y', 600_000)}");
        await using var third = new PipedClient(_server);
        await third.SendAsync("MULTI");
        await third.SendAsync($"SET m {new string('z', 200_000)}"); // 1.1 MB now
        await large.Running.WaitAsync(s_timeout, TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => _logger.Lines.Count > 0, "it is told who was cut off");
        string line = Assert.Single(_logger.Lines);
        Assert.StartsWith($"client {large.Connection.Id} from ", line, StringComparison.Ordinal);
        Assert.Contains("(maxmemory-clients)", line, StringComparison.Ordinal);
        Assert.Equal("*1\r\n+OK\r\n", await small.SendAsync("EXEC"));
        Assert.Equal("*1\r\n+OK\r\n", await third.SendAsync("EXEC"));
        Assert.Equal(":300000\r\n", await small.SendAsync("STRLEN k"));
    }

    [Fact]
    public async Task What_a_client_held_is_given_back_when_it_goes()
    {
        for (int i = 0; i < 10; i++)
        {
            var client = new PipedClient(_server);
            await client.SendAsync("MULTI");
            await client.SendAsync($"ECHO {new string('x', 500_000)}");
            // It is counted once the reply is on its way, which may be here already.
            await Eventually.IsAsync(() => _server.ClientMemory.Bytes is >= 500_000 and <= 600_000, "it is counted");
            await client.DisposeAsync();
            Assert.Equal(0, _server.ClientMemory.Bytes);
        }
    }

    [Fact]
    public async Task The_limit_can_be_changed()
    {
        await using var client = new PipedClient(_server);
        Assert.Equal("+OK\r\n", await client.SendAsync("CONFIG SET maxmemory-clients 100mb"));
        string configured = await client.SendAsync("CONFIG GET maxmemory-clients");
        Assert.Equal("*2\r\n$17\r\nmaxmemory-clients\r\n$9\r\n104857600\r\n", configured);
        await client.SendAsync("MULTI");
        await client.SendAsync($"ECHO {new string('x', 2_000_000)}");
        await client.WriteAsync("EXEC");
        Assert.EndsWith("x\r\n", await client.ReadAsync("*1\r\n$2000000\r\n\r\n".Length + 2_000_000));
        Assert.Equal(
            "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - "
                + "argument must be a memory value\r\n",
            await client.SendAsync("CONFIG SET maxmemory-clients many"));
    }

    private async Task AssertCutOffAsync(Func<PipedClient, Task> burden)
    {
        await using var other = new PipedClient(_server);
        var client = new PipedClient(_server);
        await burden(client).WaitAsync(s_timeout, TestContext.Current.CancellationToken);
        await client.Running.WaitAsync(s_timeout, TestContext.Current.CancellationToken);
        Assert.True(client.Connection.IsCutOff);
        Assert.Equal(0, _server.ClientMemory.Bytes);
        Assert.Equal("1", await other.InfoAsync("stats", "evicted_clients"));
        Assert.Equal("1", await other.InfoAsync("clients", "connected_clients"));
    }
}
