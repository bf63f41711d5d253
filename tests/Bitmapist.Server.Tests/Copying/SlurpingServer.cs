using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Copying;
using Bitmapist.Server.State;
using Bitmapist.Server.Tests.Connections;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>A server in memory that copies from others.</summary>
internal sealed class SlurpingServer : IAsyncDisposable
{
    private readonly Session _session;

    /// <param name="time">The server's clock; the system's unless given.</param>
    public SlurpingServer(TimeProvider? time = null)
    {
        State = PipedClient.NewServer(time: time);
        Client = new PipedClient(State);
        _session = new Session(State.Store);
    }

    public ServerState State { get; }

    public PipedClient Client { get; }

    /// <summary>The names of a database's keys as Latin-1.</summary>
    public HashSet<string> Names(int database = 0)
    {
        _session.Database = database;
        return [.. _session.Names([]).Read().Select(Encoding.Latin1.GetString)];
    }

    /// <summary>A key's bytes, which must exist.</summary>
    public byte[] Get(string name, int database = 0)
    {
        _session.Database = database;
        Assert.True(_session.TryGet(Encoding.Latin1.GetBytes(name), out StringValue value), name);
        byte[] bytes = new byte[value.LengthBytes];
        for (int start = 0; start < bytes.Length; start += StringBytes.ChunkBytes)
        {
            int count = Math.Min(StringBytes.ChunkBytes, bytes.Length - start);
            StringBytes.CopyTo(value.Bits, start, bytes.AsSpan(start, count));
        }

        return bytes;
    }

    /// <summary>A key's expiry time, -1 for none.</summary>
    public long ExpiresAt(string name)
    {
        _session.Database = 0;
        return _session.ExpiresAt(Encoding.Latin1.GetBytes(name), out _);
    }

    /// <summary>Sends SLURP, which must be accepted, and waits for the end of the copy.</summary>
    public async Task<SlurpProgress> SlurpAsync(string arguments)
    {
        Assert.Equal("+OK\r\n", await Client.SendAsync($"SLURP {arguments}"));
        return await EndedAsync();
    }

    /// <summary>Waits for the end of a copy.</summary>
    public async Task<SlurpProgress> EndedAsync()
    {
        SlurpProgress progress = State.Slurper.Latest!;
        await Eventually.IsAsync(() => progress.Status != SlurpStatus.Running, "the copy ends");
        return progress;
    }

    public async ValueTask DisposeAsync()
    {
        await State.Slurper.DisposeAsync();
        await Client.DisposeAsync();
        _session.Dispose();
    }
}
