namespace Bitmapist.Server.Tests.Connections;

/// <summary>A connection's transactions, one after the other, which share memory.</summary>
public sealed class TransactionReuseTests
{
    [Fact]
    public async Task Each_transaction_has_its_own_commands_and_replies_however_the_one_before_ended()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        string large = new('x', 20_000);
        for (int round = 0; round < 3; round++)
        {
            await client.SendAsync("MULTI");
            await client.SendAsync($"SET a {large}{round}"); // more than is kept
            await client.SendAsync("STRLEN a");
            Assert.Equal("*2\r\n+OK\r\n:20001\r\n", await client.SendAsync("EXEC"));

            await client.SendAsync("MULTI");
            await client.SendAsync($"SET b {round}");
            await client.SendAsync("BITOP NOT c b"); // its reply is computed after the others
            await client.SendAsync("GET a"); // more than is kept
            Assert.Equal($"*3\r\n+OK\r\n:1\r\n$20001\r\n{large}{round}\r\n", await client.SendAsync("EXEC"));

            await client.SendAsync("MULTI");
            await client.SendAsync("SET b discarded");
            Assert.Equal("+OK\r\n", await client.SendAsync("DISCARD"));

            await client.SendAsync("MULTI");
            await client.SendAsync("SET b");
            Assert.StartsWith("-EXECABORT", await client.SendAsync("EXEC"), StringComparison.Ordinal);

            await client.SendAsync("MULTI");
            await client.SendAsync("SET b reset");
            await client.SendAsync("RESET");

            await client.SendAsync("MULTI");
            Assert.Equal("*0\r\n", await client.SendAsync("EXEC"));

            await client.SendAsync("MULTI");
            await client.SendAsync("GET b");
            Assert.Equal($"*1\r\n$1\r\n{round}\r\n", await client.SendAsync("EXEC"));
        }
    }
}
