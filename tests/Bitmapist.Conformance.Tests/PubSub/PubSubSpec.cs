using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.PubSub;

/// <summary>redis.io/topics/pubsub: channels, patterns, channels of shards, and what a subscriber may do.</summary>
public abstract class PubSubSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Refused =
        "only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";

    [Theory]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | @1 PUBLISH c hi => :1 | {next} => ['message', 'c', 'hi'] " +
        "| @1 PUBLISH d hi => :0 | PING => ['pong', '']")]
    [InlineData(
        "SUBSCRIBE c d c => ['subscribe', 'c', :1] | {next} => ['subscribe', 'd', :2] " +
        "| {next} => ['subscribe', 'c', :2] | @1 PUBLISH d x => :1 | {next} => ['message', 'd', 'x']")]
    [InlineData(
        "PSUBSCRIBE n* => ['psubscribe', 'n*', :1] | SUBSCRIBE news => ['subscribe', 'news', :2] " +
        "| @1 PUBLISH news a => :2 | {next} => ['message', 'news', 'a'] " +
        "| {next} => ['pmessage', 'n*', 'news', 'a'] | @1 PUBLISH now b => :1 | {next} => ['pmessage', " +
        "'n*', 'now', 'b']")]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | @2 SUBSCRIBE c => ['subscribe', 'c', :1] | @1 PUBLISH c x => :2 " +
        "| {next} => ['message', 'c', 'x'] | @2 {next} => ['message', 'c', 'x']")]
    [InlineData(
        "SSUBSCRIBE s => ['ssubscribe', 's', :1] | @1 PUBLISH s no => :0 | @1 SPUBLISH s yes => :1 " +
        "| {next} => ['smessage', 's', 'yes'] | SUNSUBSCRIBE => ['sunsubscribe', 's', :0] | @1 SPUBLISH s no => :0")]
    [InlineData("""SUBSCRIBE "" => ['subscribe', '', :1] | @1 PUBLISH "" "" => :1 | {next} => ['message', '', '']""")]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | @1 MULTI | @1 PUBLISH c a | @1 PUBLISH c b | @1 EXEC => [:1, :1] " +
        "| {next} => ['message', 'c', 'a'] | {next} => ['message', 'c', 'b']")]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | @1 PUBLISH c {x*100000} => :1 | {next} => ['message', " +
        "'c', '{x*100000}']")]
    public Task Sends_messages(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | PSUBSCRIBE p* => ['psubscribe', 'p*', :2] " +
        "| UNSUBSCRIBE c => ['unsubscribe', 'c', :1] | @1 PUBLISH c x => :0 | PUNSUBSCRIBE => " +
        "['punsubscribe', 'p*', :0] " +
        "| GET k => $nil")]
    [InlineData("UNSUBSCRIBE => ['unsubscribe', $nil, :0] | UNSUBSCRIBE x => ['unsubscribe', 'x', :0]")]
    [InlineData("PUNSUBSCRIBE => ['punsubscribe', $nil, :0] | SUNSUBSCRIBE => ['sunsubscribe', $nil, :0]")]
    [InlineData("HELLO 3 | UNSUBSCRIBE => >['unsubscribe', _, :0]")]
    [InlineData("SUBSCRIBE c => ['subscribe', 'c', :1] | RESET => +RESET | @1 PUBLISH c x => :0 | PING => +PONG")]
    [InlineData("SUBSCRIBE c => ['subscribe', 'c', :1] | QUIT => +OK | @1 {await} PUBLISH c x => :0")]
    public Task Ends_subscriptions(string row) => CheckAsync(row);

    [Theory]
    [InlineData($"SUBSCRIBE c => ['subscribe', 'c', :1] | GET k => -ERR Can't execute 'get': {Refused}")]
    [InlineData($"PSUBSCRIBE c => ['psubscribe', 'c', :1] | HELLO 3 => -ERR Can't execute 'hello': {Refused}")]
    [InlineData($"SSUBSCRIBE c => ['ssubscribe', 'c', :1] | MULTI => -ERR Can't execute 'multi': {Refused}")]
    [InlineData($"SUBSCRIBE c => ['subscribe', 'c', :1] | CONFIG GET x => -ERR Can't execute 'config|get': {Refused}")]
    [InlineData(
        "SUBSCRIBE c => ['subscribe', 'c', :1] | NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:  " +
        "| GET => -ERR wrong number of arguments for 'get' command | PING x => ['pong', 'x'] " +
        "| PING x y => -ERR wrong number of arguments for 'ping' command")]
    [InlineData(
        "HELLO 3 | SUBSCRIBE c => >['subscribe', 'c', :1] | SET k v => +OK | PING => +PONG " +
        "| @1 PUBLISH c x => :1 | {next} => >['message', 'c', 'x']")]
    [InlineData(
        "{7.0} HELLO 3 | SUBSCRIBE c => >['subscribe', 'c', :1] | PUBLISH c x => >['message', 'c', 'x'] | " +
        "{next} => :1")]
    [InlineData("MULTI | SUBSCRIBE c => +QUEUED | GET k => +QUEUED | EXEC => [['subscribe', 'c', :1], $nil]")]
    public Task Limits_what_subscribers_do(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SUBSCRIBE a b => ['subscribe', 'a', :1] | @1 PUBSUB CHANNELS =~> ['a', 'b'] | @1 PUBSUB " +
        "CHANNELS a* => ['a'] " +
        "| @1 PUBSUB NUMSUB a c => ['a', :1, 'c', :0] | @1 PUBSUB NUMPAT => :0 | @1 PUBSUB SHARDCHANNELS => []")]
    [InlineData(
        "PSUBSCRIBE a b => ['psubscribe', 'a', :1] | @2 PSUBSCRIBE a => ['psubscribe', 'a', :1] " +
        "| @1 {await} PUBSUB NUMPAT => :2 | @1 PUBSUB CHANNELS => []")]
    [InlineData(
        "SSUBSCRIBE s => ['ssubscribe', 's', :1] | @1 PUBSUB SHARDCHANNELS => ['s'] | @1 PUBSUB CHANNELS => [] " +
        "| @1 PUBSUB SHARDNUMSUB s t => ['s', :1, 't', :0]")]
    [InlineData("PUBSUB NUMSUB => [] | PUBSUB => -ERR wrong number of arguments for 'pubsub' command")]
    [InlineData("PUBSUB NUMPAT x => -ERR wrong number of arguments for 'pubsub|numpat' command")]
    [InlineData(
        "PUBSUB CHANNELS a b => -ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try " +
        "PUBSUB HELP.")]
    [InlineData("PUBSUB FOO => -ERR unknown subcommand 'FOO'. Try PUBSUB HELP.")]
    [InlineData("SUBSCRIBE => -ERR wrong number of arguments for 'subscribe' command")]
    [InlineData("PUBLISH c => -ERR wrong number of arguments for 'publish' command")]
    [InlineData(
        "HELLO 3 | SUBSCRIBE c => >['subscribe', 'c', :1] | INFO stats => " +
        "=txt:'<any>pubsub_channels:<int 1..><any>'")]
    public Task Tells_of_channels(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistPubSub(BitmapistServer server) : PubSubSpec(server), IClassFixture<BitmapistServer>
{
    [Theory] // Redis 7.0 writes the message into the middle of EXEC's reply, and has stopped doing so in 7.2.
    [InlineData(
        "HELLO 3 | SUBSCRIBE c => >['subscribe', 'c', :1] | MULTI => +OK | PUBLISH c x => +QUEUED | GET k => +QUEUED " +
        "| EXEC => [:1, _] | {next} => >['message', 'c', 'x']")]
    public Task Never_breaks_into_a_reply(string row) => CheckAsync(row);
}

[Trait("Server", "redis")]
public sealed class RedisPubSub(RedisServer server) : PubSubSpec(server), IClassFixture<RedisServer>;
