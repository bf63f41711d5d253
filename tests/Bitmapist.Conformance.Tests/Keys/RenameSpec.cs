using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/rename and /renamenx: value and time to live move together.</summary>
public abstract class RenameSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET a v | RENAME a b => +OK | EXISTS a => :0 | GET b => 'v'")]
    [InlineData("SET a v | SET b old | RENAME a b => +OK | GET b => 'v' | DBSIZE => :1")]
    [InlineData("SET a v EX 100 | RENAME a b | TTL b => :<int 90..100>")]
    [InlineData("SET a v | SET b old EX 100 | RENAME a b | TTL b => :-1")]
    [InlineData("SETBIT a 100000 1 | RENAME a b | GETBIT b 100000 => :1 | BITCOUNT b => :1 | BITCOUNT a => :0")]
    [InlineData("SET a v | RENAME a a => +OK | GET a => 'v'")]
    [InlineData("SET a v EX 100 | RENAME a a | TTL a => :<int 90..100>")]
    [InlineData("""SET a v | RENAME a "" => +OK | GET "" => 'v'""")]
    public Task Moves_a_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a v | RENAMENX a b => :1 | GET b => 'v' | EXISTS a => :0")]
    [InlineData("SET a v | SET b old | RENAMENX a b => :0 | GET b => 'old' | GET a => 'v'")]
    [InlineData("SET a v | RENAMENX a a => :0")]
    [InlineData("SET a v EX 100 | RENAMENX a b | TTL b => :<int 90..100>")]
    [InlineData("SET a v | SET b old PXAT 1 | RENAMENX a b => :1 | GET b => 'v'")]
    public Task RENAMENX_moves_only_to_a_free_name(string row) => CheckAsync(row);

    [Theory]
    [InlineData("RENAME missing b => -ERR no such key")]
    [InlineData("RENAMENX missing b => -ERR no such key")]
    [InlineData("RENAME missing missing => -ERR no such key")]
    [InlineData("RENAMENX missing missing => -ERR no such key")]
    [InlineData("SET b old | RENAME missing b => -ERR no such key | GET b => 'old'")]
    [InlineData("SET a v PXAT 1 | RENAME a b => -ERR no such key")]
    public Task Refuses_a_missing_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("RENAME => -ERR wrong number of arguments for 'rename' command")]
    [InlineData("RENAME a => -ERR wrong number of arguments for 'rename' command")]
    [InlineData("RENAME a b c => -ERR wrong number of arguments for 'rename' command")]
    [InlineData("RENAMENX a => -ERR wrong number of arguments for 'renamenx' command")]
    [InlineData("RENAMENX a b c => -ERR wrong number of arguments for 'renamenx' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistRename(BitmapistServer server) : RenameSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisRename(RedisServer server) : RenameSpec(server), IClassFixture<RedisServer>;
