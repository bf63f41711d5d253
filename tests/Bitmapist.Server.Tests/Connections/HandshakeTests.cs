using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.Connections;

public sealed class HandshakeTests
{
    [Fact]
    public async Task HELLO_within_a_transaction_changes_what_follows_it()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync("MULTI");
        await client.SendAsync("GET missing");
        await client.SendAsync("HELLO 3");
        await client.SendAsync("GET missing");
        string replies = await client.SendAsync("EXEC");
        Assert.StartsWith("*3\r\n$-1\r\n%7\r\n", replies, StringComparison.Ordinal);
        Assert.EndsWith("_\r\n", replies, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_may_tell_its_name_and_version()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        Assert.Equal("+OK\r\n", await client.SendAsync("CLIENT SETINFO lib-name redis-py"));
        Assert.Equal("+OK\r\n", await client.SendAsync("CLIENT SETINFO LIB-VER 5.0.1"));
        const string Library = " lib-name=redis-py lib-ver=5.0.1\n";
        Assert.Contains(Library, await client.SendAsync("CLIENT LIST"), StringComparison.Ordinal);
        await client.SendAsync("RESET"); // the library is still the same
        Assert.Contains(Library, await client.SendAsync("CLIENT INFO"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CLIENT SETINFO lib-color red", "-ERR Unrecognized option 'lib-color'\r\n")]
    [InlineData(
        "CLIENT SETINFO lib-name a\nb", "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n")]
    [InlineData("CLIENT SETINFO lib-name", "-ERR wrong number of arguments for 'client|setinfo' command\r\n")]
    [InlineData("CLIENT NO-TOUCH on", "+OK\r\n")]
    [InlineData("CLIENT NO-TOUCH maybe", "-ERR syntax error\r\n")]
    [InlineData("CLIENT NO-EVICT off", "+OK\r\n")]
    public async Task Newer_clients_are_understood(string command, string reply)
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        Assert.Equal(reply, await client.SendAsync(command));
    }

    [Fact]
    public async Task CLIENT_LIST_shows_a_transaction_under_way()
    {
        ServerState server = PipedClient.NewServer();
        await using var busy = new PipedClient(server);
        await busy.SendAsync("MULTI");
        await busy.SendAsync("PING");
        await using var client = new PipedClient(server);
        string list = await client.SendAsync("CLIENT LIST");
        Assert.Contains("id=1 addr=?:0 laddr=?:0 fd=-1 name= age=0 ", list, StringComparison.Ordinal);
        Assert.Contains(" flags=x db=0 ", list, StringComparison.Ordinal);
        Assert.Contains(" multi=1 ", list, StringComparison.Ordinal);
        Assert.Contains(" cmd=ping ", list, StringComparison.Ordinal);
    }
}
