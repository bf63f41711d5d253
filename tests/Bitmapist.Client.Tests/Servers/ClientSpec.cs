using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Servers;

/// <summary>
/// Tests of a client that run against ours and against redis-server alike. Each test begins with an empty server, a
/// clock of its own, and clients of both layouts.
/// </summary>
public abstract class ClientSpec(ITestServer server) : IAsyncLifetime
{
    /// <summary>Thursday, 15 January 2026, the third ISO week.</summary>
    protected static readonly DateTimeOffset Noon = new(2026, 1, 15, 12, 30, 0, TimeSpan.Zero);

    private readonly List<BitmapistClient> _clients = [];

    protected ITestServer Server => server;

    private protected StillClock Clock { get; } = new(Noon);

    private protected SocketChannel Channel { get; private set; } = null!;

    /// <summary>bitmapist4's habits, its prefix.</summary>
    protected BitmapistClient Client { get; private set; } = null!;

    /// <summary>bitmapist 3's habits and prefix, on a connection of its own.</summary>
    protected BitmapistClient Client3 { get; private set; } = null!;

    private protected SocketChannel Channel3 { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        Assert.Equal("+OK", await server.SendAsync("FLUSHALL"));
        (Client, Channel) = await ConnectAsync(ClientSettings.Of(KeyLayout.Bitmapist4));
        (Client3, Channel3) = await ConnectAsync(ClientSettings.Of(KeyLayout.Bitmapist3));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BitmapistClient client in _clients) await client.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<(BitmapistClient, SocketChannel)> ConnectAsync(ClientSettings settings)
    {
        SocketChannel channel = await SocketChannel.ConnectAsync(server.Port);
        var client = new BitmapistClient(channel, settings with { Time = Clock });
        _clients.Add(client);
        return (client, channel);
    }

    /// <summary>Sends a request as it stands, and gives the reply in its compact form.</summary>
    private protected async Task<string> SendAsync(params string[] arguments)
    {
        var batch = new RequestBatch();
        batch.Begin(arguments[0], arguments.Length - 1);
        foreach (string argument in arguments[1..]) batch.Add(argument);
        IReadOnlyList<Reply> replies = await Channel.SendAsync(batch, SendMode.Pipeline, Cancel);
        return replies[0].ToString();
    }

    /// <summary>Every key of the server, sorted.</summary>
    private protected async Task<List<string>> KeysAsync()
    {
        IReadOnlyList<Reply> replies =
            await Channel.SendAsync(new RequestBatch().Begin("KEYS", 1).Add("*"), SendMode.Pipeline, Cancel);
        return [.. replies[0].Items.Select(key => key.AsText()).Order(StringComparer.Ordinal)];
    }

    private protected static async Task<List<uint>> ListAsync(IAsyncEnumerable<uint> ids)
    {
        var list = new List<uint>();
        await foreach (uint id in ids) list.Add(id);
        return list;
    }

    private protected Task<List<uint>> IdsOf(Client.Events.EventSet set) => ListAsync(Client.IdsAsync(set, Cancel));
}
