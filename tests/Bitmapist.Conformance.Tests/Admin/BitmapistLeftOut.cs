using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// Commands of Redis that need other types or more than one node: this server does not know them, and says so as Redis
/// does of any word. Redis knows them, so these rows run against our server only.
/// </summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistLeftOut(BitmapistServer server) : ConformanceSpec(server), IClassFixture<BitmapistServer>
{
    [Theory]
    [InlineData("lpush k a b => -ERR unknown command 'lpush', with args beginning with: 'k' 'a' 'b' ")]
    [InlineData("HSET k f v => -ERR unknown command 'HSET', with args beginning with: 'k' 'f' 'v' ")]
    [InlineData("EVAL x 0 => -ERR unknown command 'EVAL', with args beginning with: 'x' '0' ")]
    [InlineData("MULTI | LPUSH k a => -ERR unknown <any> | EXEC => -EXECABORT <any>")]
    [InlineData("COMMAND INFO lpush => [$nil] | COMMAND DOCS lpush => [] | COMMAND LIST FILTERBY PATTERN lpush => []")]
    public Task Commands_for_other_types_are_unknown(string row) => CheckAsync(row);
}
