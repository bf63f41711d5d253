using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>
/// redis.io/commands/client-kill, client-pause, client-reply and others that change how a client is served.
/// </summary>
public abstract class ClientModesSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("{send} CLIENT REPLY OFF | {send} PING | {send} SET k v | CLIENT REPLY ON => +OK | GET k => 'v'")]
    [InlineData("{send} CLIENT REPLY SKIP | {send} PING | ECHO x => 'x'")]
    [InlineData("{send} CLIENT REPLY SKIP | {send} CLIENT REPLY SKIP | {send} PING | ECHO x => 'x'")]
    [InlineData("{send} CLIENT REPLY SKIP | {send} GET | ECHO x => 'x'")]
    [InlineData("{send} CLIENT REPLY OFF | {send} CLIENT REPLY SKIP | CLIENT REPLY ON => +OK | ECHO x => 'x'")]
    [InlineData("{send} CLIENT REPLY OFF | RESET => +RESET | PING => +PONG")]
    [InlineData("SET k {v*300000} | {send} CLIENT REPLY OFF | {send} GET k | CLIENT REPLY ON => +OK | PING => +PONG")]
    [InlineData("CLIENT REPLY ON => +OK | CLIENT REPLY FOO => -ERR syntax error")]
    [InlineData("CLIENT REPLY => -ERR wrong number of arguments for 'client|reply' command")]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | UNSUBSCRIBE => ['unsubscribe', 'c', :0] " +
        "| HELLO 3 | SUBSCRIBE c => >['subscribe', 'c', :1] | {send} CLIENT REPLY OFF | @1 {await} PUBLISH c x => :1 " +
        "| {next} => >['message', 'c', 'x']")]
    public Task Replies_or_not(string row) => CheckAsync(row);

    [Theory]
    [InlineData("@1 CLIENT SETNAME victim | CLIENT KILL 1.2.3.4:5 => -ERR No such client")]
    [InlineData("CLIENT KILL x => -ERR No such client")]
    [InlineData("CLIENT KILL => -ERR wrong number of arguments for 'client|kill' command")]
    [InlineData("CLIENT KILL ID x => -ERR client-id should be greater than 0")]
    [InlineData("CLIENT KILL ID 0 => -ERR client-id should be greater than 0")]
    [InlineData("CLIENT KILL ID 999999 => :0")]
    [InlineData("CLIENT KILL TYPE x => -ERR Unknown client type 'x'")]
    [InlineData("CLIENT KILL TYPE master => :0 | CLIENT KILL TYPE replica => :0 | CLIENT KILL TYPE slave => :0")]
    [InlineData("CLIENT KILL USER nobody => -ERR No such user 'nobody'")]
    [InlineData("CLIENT KILL USER default ID 999999 => :0")]
    [InlineData("CLIENT KILL SKIPME x => -ERR syntax error")]
    [InlineData("CLIENT KILL FOO x => -ERR syntax error")]
    [InlineData("CLIENT KILL ID 1 ADDR => -ERR syntax error")]
    [InlineData("CLIENT KILL ADDR 1.2.3.4:5 LADDR 1.2.3.4:6 => :0")]
    [InlineData("@1 SUBSCRIBE c => ['subscribe', 'c', :1] | CLIENT KILL TYPE pubsub => :1 | {await} PUBLISH c x => :0")]
    public Task Kills_clients(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT PAUSE => -ERR wrong number of arguments for 'client|pause' command")]
    [InlineData("CLIENT PAUSE x => -ERR timeout is not an integer or out of range")]
    [InlineData("CLIENT PAUSE -1 => -ERR timeout is negative")]
    [InlineData("CLIENT PAUSE 1 FOO => -ERR CLIENT PAUSE mode must be WRITE or ALL")]
    [InlineData("CLIENT PAUSE 50 => +OK | PING => +PONG")]
    [InlineData(
        "CLIENT PAUSE 100000 WRITE => +OK | GET k => $nil | @1 {send} SET k v | {sleep 30} | GET k => $nil " +
        "| INFO clients => '<any>blocked_clients:1<any>' | CLIENT UNPAUSE => +OK | @1 {next} => +OK | GET k => 'v'")]
    [InlineData(
        "@1 MULTI | @1 GET k | CLIENT PAUSE 100000 WRITE => +OK | @1 EXEC => [$nil] | CLIENT UNPAUSE => +OK")]
    [InlineData(
        "@1 MULTI | @1 SET k v | CLIENT PAUSE 100000 WRITE => +OK | @1 {send} EXEC | {sleep 20} | GET k => $nil " +
        "| CLIENT UNPAUSE => +OK | @1 {next} => [+OK]")]
    [InlineData(
        "CLIENT PAUSE 100000 WRITE => +OK | @1 {send} PUBLISH c x | @2 SUBSCRIBE c => ['subscribe', 'c', :1] " +
        "| CLIENT UNPAUSE => +OK | @1 {next} => :<int 0..1>")]
    [InlineData("CLIENT PAUSE 60 ALL => +OK | @1 PING => +PONG | @1 SET k v => +OK")]
    public Task Lets_commands_wait(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT NO-EVICT ON => +OK | CLIENT INFO => '<any> flags=e <any>' | CLIENT NO-EVICT OFF => +OK")]
    [InlineData("CLIENT NO-EVICT x => -ERR syntax error")]
    [InlineData("MULTI | CLIENT INFO => +QUEUED | DISCARD")]
    [InlineData("@1 MULTI | CLIENT LIST => '<any> flags=x <any> multi=0 <any>'")]
    [InlineData(
        "@1 SUBSCRIBE a b => ['subscribe', 'a', :1] | @1 {next} => ['subscribe', 'b', :2] " +
        "| @1 PSUBSCRIBE p => ['psubscribe', 'p', :3] | @1 SSUBSCRIBE s => ['ssubscribe', 's', :1] " +
        "| CLIENT LIST TYPE pubsub => '<any> flags=P db=0 sub=2 psub=1 ssub=1 <any>cmd=ssubscribe <any>'")]
    [InlineData("@1 MONITOR => +OK | CLIENT LIST TYPE normal => '<any> flags=O <any>cmd=monitor <any>'")]
    [InlineData("WATCH k | @1 SET k v | CLIENT INFO => '<any> flags=d <any>'")]
    [InlineData("CLIENT TRACKING ON | CLIENT INFO => '<any> flags=t <any> redir=0 <any>'")]
    [InlineData("CLIENT TRACKING ON BCAST | CLIENT INFO => '<any> flags=tB <any>'")]
    public Task Is_described_as_it_is(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT UNBLOCK 999999 => :0")]
    [InlineData("CLIENT UNBLOCK x => -ERR value is not an integer or out of range")]
    [InlineData("CLIENT UNBLOCK 1 FOO => -ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")]
    [InlineData("WAIT 0 0 => :0 | WAIT 1 20 => :0 | MULTI | WAIT 1 100000 | EXEC => [:0]")]
    [InlineData("WAIT x 0 => -ERR value is not an integer or out of range")]
    [InlineData("WAIT 0 x => -ERR timeout is not an integer or out of range")]
    [InlineData("WAIT 0 -1 => -ERR timeout is negative")]
    [InlineData("@1 {send} WAIT 1 0 | {await} INFO clients => '<any>blocked_clients:1<any>'")]
    public Task Waits_and_is_unblocked(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistClientModes(BitmapistServer server) : ClientModesSpec(server),
    IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisClientModes(RedisServer server) : ClientModesSpec(server), IClassFixture<RedisServer>;
