using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/copy: within a database or into another one.</summary>
public abstract class CopySpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET a v | COPY a b => :1 | GET b => 'v' | GET a => 'v'")]
    [InlineData("SET a v EX 100 | COPY a b => :1 | TTL b => :<int 90..100>")]
    [InlineData("""SETBIT a 7 1 | COPY a b | SETBIT a 7 0 | SETBIT b 0 1 | GET a => '\x00' | GET b => '\x81'""")]
    [InlineData("COPY missing b => :0")]
    [InlineData("SET b old | COPY missing b REPLACE => :0 | GET b => 'old'")]
    public Task Copies_a_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a v | SET b old | COPY a b => :0 | GET b => 'old'")]
    [InlineData("SET a v | SET b old | COPY a b REPLACE => :1 | GET b => 'v'")]
    [InlineData("SET a v | SET b old EX 100 | COPY a b replace | TTL b => :-1")]
    [InlineData("SET a v EX 100 | SET b old | COPY a b REPLACE | TTL b => :<int 90..100>")]
    [InlineData("SET a v | SET b old PXAT 1 | COPY a b => :1")]
    public Task Leaves_an_existing_destination_without_REPLACE(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a v | COPY a a DB 1 => :1 | SELECT 1 | GET a => 'v'")]
    [InlineData("SET a v | COPY a b DB 2 => :1 | EXISTS b => :0 | SELECT 2 | GET b => 'v'")]
    [InlineData("SET a v | COPY a b DB 0 => :1 | GET b => 'v'")]
    [InlineData("SET a v | COPY a b db 3 replace => :1 | COPY a b DB 3 => :0 | COPY a b REPLACE DB 3 => :1")]
    [InlineData("SET a v | COPY a b DB 3 DB 4 => :1 | SELECT 3 | EXISTS b => :0 | SELECT 4 | EXISTS b => :1")]
    public Task Copies_into_another_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a v | COPY a a => -ERR source and destination objects are the same")]
    [InlineData("COPY a a => -ERR source and destination objects are the same")]
    [InlineData("SET a v | COPY a a REPLACE => -ERR source and destination objects are the same")]
    [InlineData("SET a v | COPY a a DB 0 => -ERR source and destination objects are the same")]
    public Task Refuses_to_copy_a_key_onto_itself(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a v | COPY a b DB => -ERR syntax error")]
    [InlineData("SET a v | COPY a b DB x => -ERR value is not an integer or out of range")]
    [InlineData("SET a v | COPY a b DB -1 => -ERR DB index is out of range")]
    [InlineData("SET a v | COPY a b DB 16 => -ERR DB index is out of range")]
    [InlineData("SET a v | COPY a b DB 99999999999999999999 => -ERR value is not an integer or out of range")]
    [InlineData("SET a v | COPY a b FOO => -ERR syntax error")]
    [InlineData("SET a v | COPY a b REPLACE FOO => -ERR syntax error")]
    [InlineData("COPY a => -ERR wrong number of arguments for 'copy' command")]
    [InlineData("COPY => -ERR wrong number of arguments for 'copy' command")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistCopy(BitmapistServer server) : CopySpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisCopy(RedisServer server) : CopySpec(server), IClassFixture<RedisServer>;
