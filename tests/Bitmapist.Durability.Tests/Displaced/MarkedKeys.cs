using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Displaced;

/// <summary>
/// Keys of known content in three states that a server can have them in: saved and not in memory, saved and changed
/// since, and new.
/// </summary>
internal static class MarkedKeys
{
    public const int Count = 300;
    private const int Changed = 100; // the first ones get another bit
    private const int Deleted = 20; // the last ones go

    /// <summary>Saves keys, and starts anew so that none is in memory.</summary>
    public static async Task SaveAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        await AllAsync(client, Enumerable.Range(0, Count).Select(i => $"SETBIT key{i} {i * 300} 1"));
        Assert.True(Eventually.Comes(
            () => server.Output.Contains("listening on", StringComparison.Ordinal), TimeSpan.FromSeconds(10)),
                server.Output);
        Assert.Equal(0, server.Stop());
        server.Start();
    }

    /// <summary>Changes, deletes and adds some, acknowledged.</summary>
    public static async Task ChangeAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        await AllAsync(client, Enumerable.Range(0, Changed).Select(i => $"SETBIT key{i} {i * 7000} 1"));
        await AllAsync(client, Enumerable.Range(Count - Deleted, Deleted).Select(i => $"DEL key{i}"));
        await AllAsync(client, Enumerable.Range(0, Changed).Select(i => $"SETBIT new{i} {i} 1"));
    }

    /// <summary>Every key is as it was saved and changed, and no other is there.</summary>
    public static async Task AssertAllAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        Assert.Equal($":{Count - Deleted + Changed}", ReplyText.Render(await client.AskAsync("DBSIZE")));
        await AssertBitsAsync(client, "key", Count - Deleted, i => i > 0 && i < Changed ? 2 : 1);
        await AssertBitsAsync(client, "new", Changed, _ => 1);
        List<byte[]> bits = await client.AskAllAsync(
            Enumerable.Range(0, Count - Deleted).Select(i => $"GETBIT key{i} {i * 300}"));
        Assert.All(bits, bit => Assert.Equal(":1", ReplyText.Render(bit)));
    }

    private static async Task AssertBitsAsync(RawConnection client, string name, int count, Func<int, int> bits)
    {
        List<byte[]> counts = await client.AskAllAsync(Enumerable.Range(0, count).Select(i => $"BITCOUNT {name}{i}"));
        Assert.Equal(
            Enumerable.Range(0, count).Select(i => $":{bits(i)}"), counts.Select(reply => ReplyText.Render(reply)));
    }

    private static async Task AllAsync(RawConnection client, IEnumerable<string> commands)
    {
        foreach (byte[] reply in await client.AskAllAsync(commands)) Assert.Equal((byte)':', reply[0]);
    }
}
