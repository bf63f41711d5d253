using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>The connection against real servers, ours and redis-server.</summary>
public abstract class ServerSpec
{
    private readonly ITestServer _server;

    protected ServerSpec(ITestServer server)
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        _server = server;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Place => $"127.0.0.1:{_server.Port}";

    [Fact]
    public async Task A_pipeline_is_answered_in_order()
    {
        await using ServerConnection channel = await ConnectAsync();
        Assert.Equal(":0 :1 :1 $1 \\x08 $-1", await channel.AskAsync(
            "SETBIT order 4 1", "GETBIT order 4", "BITCOUNT order", "GET order", "GET missing"));
    }

    [Fact]
    public async Task Errors_of_single_requests_are_replies()
    {
        await using ServerConnection channel = await ConnectAsync();
        Assert.Equal("-ERR bit offset is not an integer or out of range :0",
            await channel.AskAsync("SETBIT errors x 1", "GETBIT errors 0"));
    }

    [Fact]
    public async Task A_transaction_gives_the_replies_of_EXEC()
    {
        await using ServerConnection channel = await ConnectAsync();
        Assert.Equal(":0 :1 :1", await channel.AskAsync(
            Batches.Of("SETBIT exec 4 1", "GETBIT exec 4", "DEL exec"), SendMode.Transaction));
    }

    [Fact]
    public async Task An_error_within_EXEC_is_the_reply_of_its_request()
    {
        await using ServerConnection channel = await ConnectAsync();
        Assert.Equal("-ERR bit offset is not an integer or out of range :0", await channel.AskAsync(
            Batches.Of("SETBIT inner -1 1", "GETBIT inner 4"), SendMode.Transaction));
    }

    [Fact]
    public async Task A_refused_transaction_names_the_request_and_does_nothing()
    {
        await using ServerConnection channel = await ConnectAsync();
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(() => channel.AskAsync(
            Batches.Of("SETBIT refused 1 1", "GETBIT refused", "NOSUCH refused"), SendMode.Transaction));
        Assert.Equal("ERR", refusal.Code);
        Assert.Equal("ERR wrong number of arguments for 'getbit' command", refusal.ServerText);
        Assert.Equal("The server refused GETBIT refused, so nothing of the transaction (3 requests) ran: "
            + "ERR wrong number of arguments for 'getbit' command", refusal.Message);
        Assert.Equal(":0", await channel.AskAsync("EXISTS refused"));
    }

    [Fact]
    public async Task Transactions_of_many_callers_do_not_mix()
    {
        await using ServerConnection channel = await ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async caller =>
        {
            SendMode mode = caller % 2 == 0 ? SendMode.Transaction : SendMode.Pipeline;
            for (int i = 0; i < 3; i++)
            {
                string key = $"mix_{caller}_{i}";
                Assert.Equal($":0 :1 $4 {caller:d4}", await channel.AskAsync(
                    Batches.Of($"SETBIT {key} {caller} 1", $"GETBIT {key} {caller}", $"ECHO {caller:d4}"), mode));
            }
        }));
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task The_database_is_the_one_asked_for()
    {
        await using ServerConnection first = await ConnectAsync("/1");
        await using ServerConnection other = await ConnectAsync("?db=2");
        await first.AskAsync("SETBIT where 1 1");
        Assert.Equal(":0", await other.AskAsync("EXISTS where"));
        Assert.Equal(":1", await first.AskAsync("EXISTS where"));
    }

    [Fact]
    public async Task A_wrong_database_is_an_error_at_once()
    {
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(() => ConnectAsync("/9999"));
        Assert.Equal("ERR DB index is out of range", refusal.ServerText);
        Assert.Equal($"redis://{Place}/9999 refused database 9999, or wants a password: ERR DB index is out of range",
            refusal.Message);
    }

    [Fact]
    public async Task The_client_has_its_name()
    {
        await using ServerConnection channel = await ConnectAsync("?name=web-1");
        Assert.Equal("$5 web-1", await channel.AskAsync("CLIENT GETNAME"));
    }

    [Fact]
    public async Task A_unix_socket_serves_as_well()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-client-");
        try
        {
            string path = Path.Combine(folder.FullName, "a b.sock");
            await using var relay = Relay.Unix(path, _server.Port);
            string escaped = path.Replace(" ", "%20", StringComparison.Ordinal);
            await using ServerConnection channel = await ServerConnection.ConnectAsync(
                BitmapistOptions.Parse($"unix://{escaped}?db=3"), Cancel);
            Assert.Equal(":0 :1", await channel.AskAsync("SETBIT unix 3 1", "GETBIT unix 3"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Large_replies_and_requests_pass()
    {
        await using ServerConnection channel = await ConnectAsync();
        var value = new byte[3_000_000];
        new Random(1).NextBytes(value);
        Task<IReadOnlyList<Reply>> large = channel.SendAsync(
            new RequestBatch().Begin("SET", 2).Add("large").Add(value).Begin("GET", 1).Add("large"),
            SendMode.Pipeline, Cancel).AsTask();
        Task<string> small = channel.AskAsync("ECHO small");
        IReadOnlyList<Reply> replies = await large;
        Assert.Equal("+OK", replies[0].ToString());
        Assert.True(value.AsSpan().SequenceEqual(replies[1].AsBytes().Span));
        Assert.Equal("$5 small", await small);
        await channel.AskAsync("DEL large");
    }

    [Fact]
    public async Task A_deep_pipeline_is_answered_while_it_is_being_sent()
    {
        await using ServerConnection channel = await ConnectAsync();
        var batch = new RequestBatch();
        string text = new('e', 100);
        for (int i = 0; i < 100_000; i++) batch.Begin("ECHO", 1).Add(text);
        IReadOnlyList<Reply> replies = await channel.SendAsync(batch, SendMode.Pipeline, Cancel);
        Assert.Equal(100_000, replies.Count);
        Assert.All(replies, reply => Assert.Equal(100, reply.AsBytes().Length));
    }

    [Fact]
    public async Task A_new_connection_has_the_old_ones_database_and_name()
    {
        await using var relay = Relay.Tcp(_server.Port);
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            BitmapistOptions.Parse($"redis://127.0.0.1:{relay.Port}/4?name=again"), Cancel);
        long before = await AskIdAsync(channel);
        relay.CutAll();
        Assert.NotEqual(before, await AskIdAsync(channel));
        await channel.AskAsync("SETBIT again 1 1");
        Assert.Equal("$5 again", await channel.AskAsync("CLIENT GETNAME"));
        await using ServerConnection other = await ConnectAsync();
        Assert.Equal(":0", await other.AskAsync("EXISTS again"));
    }

    private static async Task<long> AskIdAsync(ServerConnection channel)
    {
        IReadOnlyList<Reply> replies = await channel.SendAsync(
            Batches.Repeatable("CLIENT ID"), SendMode.Pipeline, Cancel);
        return replies[0].AsInteger();
    }

    private async Task<ServerConnection> ConnectAsync(string suffix = "")
    {
        BitmapistOptions options = BitmapistOptions.Parse($"redis://{Place}{suffix}");
        options.ResponseTimeoutMs = 30_000; // time enough for a busy machine
        return await ServerConnection.ConnectAsync(options, Cancel);
    }
}

public sealed class BitmapistServerSpec(BitmapistServer server)
    : ServerSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisServerSpec(RedisServer server) : ServerSpec(server), IClassFixture<RedisServer>;
