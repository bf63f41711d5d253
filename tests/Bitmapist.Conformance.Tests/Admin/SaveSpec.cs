using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>redis.io/commands/save, /bgsave, /lastsave and /shutdown, as far as a running server can tell.</summary>
public abstract class SaveSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k v | SAVE => +OK | GET k => 'v'")]
    [InlineData("SAVE x => -ERR wrong number of arguments for 'save' command")]
    [InlineData("LASTSAVE => :<int 1700000000..>")]
    [InlineData("LASTSAVE x => -ERR wrong number of arguments for 'lastsave' command")]
    [InlineData("SAVE => +OK | LASTSAVE => :<int 1700000000..>")]
    [InlineData(
        "MULTI | SET k v | SAVE => -ERR Command not allowed inside a transaction " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    public Task Saves(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SET k v | BGSAVE => +Background saving started | GET k => 'v' " +
        """| {await} INFO persistence => '<any>rdb_bgsave_in_progress:0\r\n<any>rdb_last_bgsave_status:ok\r\n<any>'""")]
    [InlineData(
        "BGSAVE SCHEDULE => +Background saving <any> " +
        """| {await} INFO persistence => '<any>rdb_bgsave_in_progress:0\r\n<any>'""")]
    [InlineData("BGSAVE x => -ERR syntax error")]
    [InlineData("BGSAVE SCHEDULE x => -ERR syntax error")]
    public Task Saves_in_the_background(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SHUTDOWN x => -ERR syntax error")]
    [InlineData("SHUTDOWN SAVE NOSAVE => -ERR syntax error")]
    [InlineData("SHUTDOWN NOSAVE x => -ERR syntax error")]
    [InlineData("SHUTDOWN ABORT => -ERR No shutdown in progress.")]
    [InlineData("SHUTDOWN NOSAVE ABORT => -ERR syntax error")]
    public Task Does_not_shut_down_by_mistake(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSave(BitmapistServer server) : SaveSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSave(RedisServer server) : SaveSpec(server), IClassFixture<RedisServer>;
