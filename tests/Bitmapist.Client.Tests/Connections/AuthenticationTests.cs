using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Passwords and users, with redis-server, whose rules they are.</summary>
public sealed class AuthenticationTests : IClassFixture<RedisServer>
{
    private readonly RedisServer _server;

    public AuthenticationTests(RedisServer server)
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        _server = server;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Place => $"127.0.0.1:{_server.Port}";

    [Fact]
    public async Task Passwords_and_users_are_asked_for()
    {
        await using BitmapistAdmin admin = await BitmapistAdmin.ConnectAsync(Place);
        await admin.Channel.AskAsync("CONFIG SET requirepass open:sesame", "ACL SETUSER ali on >cave ~* +@all");
        await Refused($"redis://{Place}", "NOAUTH", "is not ready, or wants a password");
        await Refused($"redis://{Place}/1", "NOAUTH", "refused database 1, or wants a password");
        await Refused($"redis://:shut@{Place}", "WRONGPASS", "refused the password");
        await Refused($"redis://ali:shut@{Place}", "WRONGPASS", "refused user and password");
        await Refused($"redis://baba:cave@{Place}", "WRONGPASS", "refused user and password");
        await Accepted($"redis://:open%3Asesame@{Place}", "$7 default");
        await Accepted($"redis://:open:sesame@{Place}/1", "$7 default");
        await Accepted($"redis://ali:cave@{Place}", "$3 ali");
    }

    [Fact]
    public async Task A_transaction_without_the_right_to_one_says_what_became_of_it()
    {
        await using BitmapistAdmin admin = await BitmapistAdmin.ConnectAsync(Place);
        await admin.Channel.AskAsync("ACL SETUSER single on >pass ~* +@all -multi");
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            BitmapistOptions.Parse($"redis://single:pass@{Place}"), Cancel);
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(
            () => channel.AskAsync(Batches.Of("SETBIT single 1 1"), SendMode.Transaction));
        Assert.Equal("NOPERM", refusal.Code);
        Assert.Contains("the requests ran one by one", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(":1", await channel.AskAsync("GETBIT single 1"));
    }

    [Fact]
    public async Task A_password_that_is_no_longer_right_fails_requests_at_once()
    {
        await using BitmapistAdmin admin = await BitmapistAdmin.ConnectAsync(Place);
        await admin.Channel.AskAsync("ACL SETUSER temp on >first ~* +@all");
        var log = new ListLogger();
        BitmapistOptions options = BitmapistOptions.Parse($"redis://temp:first@{Place}");
        options.ResponseTimeoutMs = 20_000;
        options.ReconnectDelayMs = 5;
        options.LoggerFactory = log;
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
        await admin.Channel.AskAsync("ACL SETUSER temp <first >second", "CLIENT KILL USER temp");
        await log.WaitForAsync(5);
        ServerErrorException refusal = // and not that its time ran out
            await Assert.ThrowsAsync<ServerErrorException>(() => channel.AskAsync(Batches.Repeatable("ECHO b")));
        Assert.Equal("WRONGPASS", refusal.Code);
        await admin.Channel.AskAsync("ACL SETUSER temp >first");
        string reply = "";
        while (reply.Length == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            try
            {
                reply = await channel.AskAsync("ECHO c");
            }
            catch (ServerErrorException)
            {
                // An attempt that had begun before the password was right again.
            }
        }

        Assert.Equal("$1 c", reply);
        Assert.DoesNotContain("first", string.Join('\n', log.Lines), StringComparison.Ordinal);
    }

    private static async Task Refused(string text, string code, string words)
    {
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(
            async () => await BitmapistClient.ConnectAsync(text, Cancel));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task Accepted(string text, string user)
    {
        await using ServerConnection channel =
            await ServerConnection.ConnectAsync(BitmapistOptions.Parse(text), Cancel);
        Assert.Equal(user, await channel.AskAsync("ACL WHOAMI"));
    }

    /// <summary>A connection made while anyone may, which leaves the server open again.</summary>
    private sealed class BitmapistAdmin(ServerConnection channel) : IAsyncDisposable
    {
        public ServerConnection Channel => channel;

        public static async Task<BitmapistAdmin> ConnectAsync(string place) =>
            new(await ServerConnection.ConnectAsync(BitmapistOptions.Parse(place), Cancel));

        public async ValueTask DisposeAsync()
        {
            await channel.AskAsync("CONFIG SET requirepass \"\"".Replace("\"\"", "", StringComparison.Ordinal));
            await channel.DisposeAsync();
        }
    }
}
