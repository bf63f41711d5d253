using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>redis.io/commands/config-get: parameters by glob, with Redis's names and defaults.</summary>
public abstract class ConfigSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("CONFIG GET databases => ['databases', '16']")]
    [InlineData("CONFIG GET maxclients => ['maxclients', '10000']")]
    [InlineData("CONFIG GET timeout => ['timeout', '0']")]
    [InlineData("CONFIG GET requirepass => ['requirepass', '']")]
    [InlineData("CONFIG GET appendfsync => ['appendfsync', 'everysec']")]
    [InlineData("CONFIG GET slave-read-only => ['slave-read-only', 'yes']")]
    [InlineData("CONFIG GET replica-read-only => ['replica-read-only', 'yes']")]
    [InlineData("CONFIG GET maxmemory => ['maxmemory', '<int 0..>']")]
    [InlineData("HELLO 3 | CONFIG GET databases => {'databases' => '16'}")]
    public Task Reads_a_parameter(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CONFIG GET data* => ['databases', '16']")]
    [InlineData("CONFIG GET [dx]atabase? => ['databases', '16']")]
    [InlineData("CONFIG GET databases data* => ['databases', '16']")]
    [InlineData("CONFIG GET timeout databases =~> ['0', '16', 'databases', 'timeout']")]
    [InlineData("CONFIG GET * => [<any>'databases', '16'<any>]")]
    [InlineData("CONFIG GET Databases => ['Databases', '16']")]
    [InlineData("CONFIG GET DATA* => ['databases', '16']")]
    public Task Reads_parameters_by_pattern(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CONFIG GET nosuch => []")]
    [InlineData("""CONFIG GET "" => []""")]
    [InlineData("CONFIG GET nosuch another => []")]
    [InlineData("HELLO 3 | CONFIG GET nosuch => {}")]
    public Task Knows_no_others(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CONFIG SET maxclients 9000 => +OK | CONFIG GET maxclients => ['maxclients', '9000'] "
        + "| CONFIG SET maxclients 10000 => +OK")]
    [InlineData("CONFIG SET maxclients 0 => -ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
        + "argument must be between 1 and 4294967295 inclusive")]
    [InlineData("CONFIG SET maxclients 4294967296 => -ERR CONFIG SET failed (possibly related to argument "
        + "'maxclients') - argument must be between 1 and 4294967295 inclusive")]
    [InlineData("CONFIG SET maxclients -1 => -ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
        + "argument must be between 1 and 4294967295 inclusive")]
    [InlineData("CONFIG SET maxclients x => -ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
        + "argument couldn't be parsed into an integer")]
    public Task Changes_the_number_of_clients(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CONFIG => -ERR wrong number of arguments for 'config' command")]
    [InlineData("CONFIG GET => -ERR wrong number of arguments for 'config|get' command")]
    [InlineData("CONFIG FOO => -ERR unknown subcommand 'FOO'. Try CONFIG HELP.")]
    [InlineData("CONFIG FOO x => -ERR unknown subcommand 'FOO'. Try CONFIG HELP.")]
    public Task Refuses_other_calls(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistConfig(BitmapistServer server) : ConfigSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisConfig(RedisServer server) : ConfigSpec(server), IClassFixture<RedisServer>;
