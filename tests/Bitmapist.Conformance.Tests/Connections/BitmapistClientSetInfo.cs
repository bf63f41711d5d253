using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>
/// CLIENT SETINFO came with Redis 7.2 (redis.io/commands/client-setinfo) and the Redis at hand (7.0) lacks it, but
/// redis-py 5 and others send it first of all: these rows run against our server only.
/// </summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistClientSetInfo(BitmapistServer server)
    : ConformanceSpec(server), IClassFixture<BitmapistServer>
{
    [Theory]
    [InlineData("""CLIENT SETINFO LIB-NAME py => +OK | CLIENT INFO => '<any> lib-name=py lib-ver=<any>\n'""")]
    [InlineData("""CLIENT SETINFO lib-ver 5.0.1 => +OK | CLIENT INFO => '<any> lib-name= lib-ver=5.0.1<any>\n'""")]
    [InlineData("""CLIENT SETINFO LIB-NAME x | CLIENT SETINFO lib-name y | CLIENT INFO => '<any>lib-name=y <any>\n'""")]
    [InlineData("""CLIENT SETINFO LIB-NAME me => +OK | @1 CLIENT INFO => '<any> lib-name= <any>\n'""")]
    [InlineData("MULTI | CLIENT SETINFO LIB-VER 1 => +QUEUED | EXEC => [+OK]")]
    public Task Takes_the_library_and_its_version(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT SETINFO => -ERR wrong number of arguments for 'client|setinfo' command")]
    [InlineData("CLIENT SETINFO LIB-NAME => -ERR wrong number of arguments for 'client|setinfo' command")]
    [InlineData("CLIENT SETINFO LIB-NAME a b => -ERR wrong number of arguments for 'client|setinfo' command")]
    [InlineData("CLIENT SETINFO lib-foo a => -ERR Unrecognized option 'lib-foo'")]
    [InlineData(
        """CLIENT SETINFO lib-name "a b" => -ERR lib-name cannot contain spaces, newlines or special characters.""")]
    [InlineData(
        """CLIENT SETINFO lib-ver "a\n" => -ERR lib-ver cannot contain spaces, newlines or special characters.""")]
    public Task Refuses_other_calls(string row) => CheckAsync(row);
}
