using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/exists, /touch, /del, /unlink and /type: every key is a string here.</summary>
public abstract class ExistsSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("EXISTS k => :0")]
    [InlineData("SET k v | EXISTS k => :1 | EXISTS k k => :2 | EXISTS k missing k => :2 | exists missing => :0")]
    [InlineData("SET a 1 | SET b 2 | EXISTS a b c => :2")]
    public Task Counts_keys_that_exist_once_per_mention(string row) => CheckAsync(row);

    [Theory]
    [InlineData("TOUCH k => :0")]
    [InlineData("SET k v | TOUCH k => :1 | TOUCH k k => :2 | TOUCH k missing k => :2 | touch missing => :0")]
    [InlineData("SET a 1 | SETBIT b 7 0 | TOUCH a b c => :2")]
    [InlineData("""SET "" v | SET "\xff\x00" v | TOUCH "" "\xff" "\xff\x00" => :2""")]
    [InlineData("SET k v PXAT 1 | TOUCH k => :0")]
    [InlineData("SET k v | SELECT 1 | TOUCH k => :0")]
    [InlineData("SET k v | MULTI | TOUCH k k => +QUEUED | EXEC => [:2]")]
    public Task Touches_keys_as_often_as_they_are_mentioned(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | TOUCH k => :1 | GET k => 'v' | PERSIST k => :1")]
    [InlineData("SET k v | WATCH k | @1 TOUCH k => :1 | MULTI | GET k => +QUEUED | EXEC => ['v']")]
    public Task A_touch_changes_nothing_of_a_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("DEL k => :0")]
    [InlineData("SET k v | DEL k => :1 | EXISTS k => :0 | DEL k => :0")]
    [InlineData("SET a 1 | SET b 2 | DEL a b c => :2 | DBSIZE => :0")]
    [InlineData("SET a 1 | DEL a a => :1")]
    [InlineData("""SET "" v | DEL "" => :1 | EXISTS "" => :0""")]
    [InlineData("""SET "\xff\x00" v | DEL "\xff" => :0 | DEL "\xff\x00" => :1""")]
    [InlineData("SETBIT k 100000 1 | DEL k => :1 | GETBIT k 100000 => :0 | STRLEN k => :0")]
    [InlineData("SET k v EX 100 | DEL k | SET k w | TTL k => :-1")]
    public Task Deletes_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("UNLINK k => :0")]
    [InlineData("SET a 1 | SET b 2 | UNLINK a b c a => :2 | DBSIZE => :0")]
    public Task Unlinks_keys_like_DEL(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | TYPE k => +string")]
    [InlineData("TYPE missing => +none")]
    [InlineData("SETBIT k 1 0 | TYPE k => +string")]
    [InlineData("SET k v PXAT 1 | TYPE k => +none")]
    public Task Tells_the_type(string row) => CheckAsync(row);

    [Theory]
    [InlineData("EXISTS => -ERR wrong number of arguments for 'exists' command")]
    [InlineData("TOUCH => -ERR wrong number of arguments for 'touch' command")]
    [InlineData("DEL => -ERR wrong number of arguments for 'del' command")]
    [InlineData("UNLINK => -ERR wrong number of arguments for 'unlink' command")]
    [InlineData("TYPE => -ERR wrong number of arguments for 'type' command")]
    [InlineData("TYPE a b => -ERR wrong number of arguments for 'type' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistExists(BitmapistServer server) : ExistsSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisExists(RedisServer server) : ExistsSpec(server), IClassFixture<RedisServer>;
