using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>redis.io/topics/client-side-caching: who is told that a key which it read has changed.</summary>
public abstract class TrackingSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON => +OK | GET x => _ | @1 SET x 1 | {next} => >['invalidate', " +
        "['x']] | @1 SET x 2 " +
        "| GET x => '2' | @1 DEL x | {next} => >['invalidate', ['x']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | EXISTS a b | @1 SETBIT b 1 1 | {next} => >['invalidate', ['b']] " +
        "| @1 BITOP NOT a b | {next} => >['invalidate', ['a']] | BITCOUNT a => :7 | @1 EXPIRE a 100 " +
        "| {next} => >['invalidate', ['a']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | @1 SET a 1 | GET a => '1' | GET b => _ | @1 RENAME a b " +
        "| {next} => >['invalidate', ['<any>']] | {next} => >['invalidate', ['<any>']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | GET a => _ | SET a 1 => +OK | {next} => >['invalidate', ['a']] | " +
        "SET a 2 => +OK " +
        "| PING => +PONG")]
    [InlineData("HELLO 3 | CLIENT TRACKING ON NOLOOP | GET a => _ | SET a 1 => +OK | PING => +PONG")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | MULTI | GET a | SET a 2 | EXEC => [_, +OK] | {next} => >['invalidate', ['a']]")]
    [InlineData("HELLO 3 | CLIENT TRACKING ON | GET a | @1 FLUSHALL | {next} => >['invalidate', _] | PING => +PONG")]
    [InlineData("HELLO 3 | CLIENT TRACKING ON | GET a | CLIENT TRACKING OFF => +OK | @1 SET a 1 | PING => +PONG")]
    [InlineData("HELLO 3 | CLIENT TRACKING ON | GET a | SELECT 1 | @1 SET a 1 | {next} => >['invalidate', ['a']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | @1 SET k v PX 1000 | GET k => 'v' | {sleep 1100} | @1 GET k => $nil " +
        "| {next} => >['invalidate', ['k']]")]
    [InlineData("CLIENT TRACKING ON | GET a | @1 SET a 1 | PING => +PONG")]
    public Task Tells_of_keys_that_were_read(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON OPTIN => +OK | GET a | @1 SET a 1 | CLIENT CACHING YES => +OK | GET a => '1' " +
        "| GET b => _ | @1 SET b 1 | @1 SET a 2 | {next} => >['invalidate', ['a']] | PING => +PONG")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON OPTIN | CLIENT CACHING YES | MULTI | GET a | GET b | EXEC => [_, " +
        "_] | @1 SET b 1 " +
        "| {next} => >['invalidate', ['b']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON OPTOUT | CLIENT CACHING NO => +OK | GET a | GET b | @1 SET a 1 | @1 SET b 1 " +
        "| {next} => >['invalidate', ['b']] | PING => +PONG")]
    [InlineData(
        "CLIENT CACHING YES => -ERR CLIENT CACHING can be called only when the client is in tracking " +
        "mode with OPTIN or " +
        "OPTOUT mode enabled")]
    [InlineData(
        "CLIENT TRACKING ON OPTIN | CLIENT CACHING NO => -ERR CLIENT CACHING NO is only valid when " +
        "tracking is enabled " +
        "in OPTOUT mode. | CLIENT CACHING x => -ERR syntax error")]
    [InlineData(
        "CLIENT TRACKING ON OPTOUT | CLIENT CACHING YES => -ERR CLIENT CACHING YES is only valid when tracking is " +
        "enabled in OPTIN mode.")]
    public Task Tells_of_what_is_asked_for(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON BCAST PREFIX a PREFIX b => +OK | @1 SET a1 1 | {next} => " +
        ">['invalidate', ['a1']] " +
        "| @1 SET c 1 | @1 SET b1 1 | {next} => >['invalidate', ['b1']] | @1 DEL b1 a1 c " +
        "| {next} => >['invalidate', ['a1']] | {next} => >['invalidate', ['b1']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON BCAST | @1 MULTI | @1 SET x 1 | @1 SET y 1 | @1 EXEC " +
        "| {next} => >['invalidate', ['x', 'y']]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON BCAST NOLOOP | SET x 1 => +OK | @1 SET y 1 | {next} => " +
        ">['invalidate', ['y']]")]
    [InlineData("HELLO 3 | CLIENT TRACKING ON BCAST | SET x 1 => +OK | {next} => >['invalidate', ['x']]")]
    [InlineData(
        "CLIENT TRACKING ON BCAST PREFIX a PREFIX ab => -ERR Prefix 'a' overlaps with another provided prefix 'ab'. " +
        "Prefixes for a single client must not overlap.")]
    [InlineData(
        "CLIENT TRACKING ON BCAST PREFIX a | CLIENT TRACKING ON BCAST PREFIX ab => -ERR Prefix 'ab' overlaps with an " +
        "existing prefix 'a'. Prefixes for a single client must not overlap. | CLIENT TRACKING ON BCAST " +
        "PREFIX b => +OK " +
        "| CLIENT TRACKINGINFO => ['flags', ['on', 'bcast'], 'redirect', :0, 'prefixes', ['a', 'b']]")]
    public Task Tells_of_prefixes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT TRACKING => -ERR wrong number of arguments for 'client|tracking' command")]
    [InlineData("CLIENT TRACKING FOO => -ERR syntax error | CLIENT TRACKING ON FOO => -ERR syntax error")]
    [InlineData("CLIENT TRACKING ON REDIRECT 999999 => -ERR The client ID you want redirect to does not exist")]
    [InlineData("CLIENT TRACKING ON REDIRECT x => -ERR value is not an integer or out of range")]
    [InlineData("CLIENT TRACKING ON PREFIX a => -ERR PREFIX option requires BCAST mode to be enabled")]
    [InlineData("CLIENT TRACKING ON OPTIN OPTOUT => -ERR You can't specify both OPTIN mode and OPTOUT mode")]
    [InlineData("CLIENT TRACKING ON BCAST OPTIN => -ERR OPTIN and OPTOUT are not compatible with BCAST")]
    [InlineData(
        "CLIENT TRACKING ON OPTIN | CLIENT TRACKING ON OPTOUT => -ERR You can't switch OPTIN/OPTOUT mode before " +
        "disabling tracking for this client, and then re-enabling it with a different mode.")]
    [InlineData(
        "CLIENT TRACKING ON | CLIENT TRACKING ON BCAST => -ERR You can't switch BCAST mode on/off before disabling " +
        "tracking for this client, and then re-enabling it with a different mode.")]
    [InlineData("CLIENT GETREDIR => :-1 | CLIENT TRACKING ON | CLIENT GETREDIR => :0")]
    [InlineData("CLIENT TRACKINGINFO => ['flags', ['off'], 'redirect', :-1, 'prefixes', []]")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON OPTOUT NOLOOP | CLIENT CACHING NO | CLIENT TRACKINGINFO => {'flags' => ~['on', " +
        "'optout', 'caching-no', 'noloop'], 'redirect' => :0, 'prefixes' => []}")]
    [InlineData(
        "CLIENT TRACKING ON | RESET | CLIENT TRACKINGINFO => ['flags', ['off'], 'redirect', :-1, " +
        "'prefixes', []]")]
    public Task Refuses_and_describes(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "CONFIG SET tracking-table-max-keys 2 | HELLO 3 | CLIENT TRACKING ON | GET a | GET b | {send} GET c " +
        "| {next} => <any> | {next} => <any> | INFO stats => =txt:'<any>tracking_total_keys:2<any>' " +
        "| CONFIG SET tracking-table-max-keys 1000000")]
    public Task Remembers_so_many_keys(string row) => CheckAsync(row);

    [Fact]
    public async Task Tells_another_client()
    {
        using var receiver = await Testing.Wire.RawConnection.ConnectAsync(Server.Port);
        using var reader = await Testing.Wire.RawConnection.ConnectAsync(Server.Port);
        string id = Testing.Wire.ReplyText.Render(await receiver.AskAsync("CLIENT ID"))[1..];
        await receiver.AskAsync("SUBSCRIBE __redis__:invalidate");
        Assert.Equal("+OK", await Ask($"CLIENT TRACKING ON REDIRECT {id}"));
        Assert.Equal($":{id}", await Ask("CLIENT GETREDIR"));
        await Ask("GET x");
        await Server.SendAsync("SET x 1");
        Assert.Equal("['message', '__redis__:invalidate', ['x']]", await Next());
        await Ask("GET x");
        await Server.SendAsync("FLUSHALL");
        Assert.Equal("['message', '__redis__:invalidate', $nil]", await Next());

        await receiver.AskAsync("QUIT");
        await Ask("GET x");
        await Server.SendAsync($"CLIENT KILL ID {id}"); // gone, or going
        bool isBroken = false;
        for (int i = 0; i < 100 && !isBroken; i++)
        {
            await Ask("GET x");
            await Server.SendAsync("SET x 2");
            isBroken = (await Ask("CLIENT TRACKINGINFO")).Contains("broken_redirect", StringComparison.Ordinal);
        }

        Assert.True(isBroken);
        Assert.Contains(" flags=tR ", await Ask("CLIENT INFO"), StringComparison.Ordinal);

        async Task<string> Next() => Testing.Wire.ReplyText.Render(await receiver.ReceiveAsync());

        async Task<string> Ask(string command) => Testing.Wire.ReplyText.Render(await reader.AskAsync(command));
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistTracking(BitmapistServer server) : TrackingSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisTracking(RedisServer server) : TrackingSpec(server), IClassFixture<RedisServer>;
