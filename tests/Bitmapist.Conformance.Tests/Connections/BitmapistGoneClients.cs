using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>
/// Clients that go while their command waits: Redis forgets them at once, and what they sent behind it.
/// </summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistGoneClients(BitmapistServer server) : IClassFixture<BitmapistServer>
{
    [Theory]
    [InlineData("WAIT 1 0")]
    [InlineData("SET k waited")]
    [InlineData("MULTI\r\nSET k waited\r\nEXEC")]
    public async Task Who_waits_and_goes_is_not_kept(string commands)
    {
        using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
        await admin.AskAllAsync(["FLUSHALL", "CLIENT PAUSE 100000 WRITE"]);
        using (RawConnection waiting = await RawConnection.ConnectAsync(server.Port))
        {
            await waiting.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes($"{commands}\r\nSET k behind\r\n"));
            await Eventually.IsAsync(() => HasAsync("blocked_clients:1"), "it waits");
            waiting.EndSending();
            await Eventually.IsAsync(() => HasAsync("blocked_clients:0"), "it is forgotten");
        }

        await Eventually.IsAsync(() => HasAsync("connected_clients:1"), "its connection is closed");
        List<byte[]> replies = await admin.AskAllAsync(["CLIENT UNPAUSE", "EXISTS k"]);
        Assert.Equal(":0", ReplyText.Render(replies[1]));

        async Task<bool> HasAsync(string line) => ReplyText.Render(await admin.AskAsync("INFO clients"))
            .Contains(line + "\\r\\n", StringComparison.Ordinal);
    }
}
