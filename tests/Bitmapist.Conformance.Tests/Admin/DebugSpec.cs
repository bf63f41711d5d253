using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// redis.io/commands/debug, as far as it is here, where it is allowed; and flags that are parameters.
/// </summary>
public abstract class DebugSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("DEBUG SLEEP 0 => +OK | DEBUG SLEEP 0.02 => +OK | DEBUG SLEEP x => +OK")]
    [InlineData("DEBUG ERROR \"FOO bar\" => -FOO bar | DEBUG CHANGE-REPL-ID => +OK")]
    [InlineData("DEBUG SET-ACTIVE-EXPIRE 0 => +OK | DEBUG SET-ACTIVE-EXPIRE 1 => +OK")]
    [InlineData("DEBUG POPULATE 3 => +OK | GET key:1 => 'value:1' | DBSIZE => :3 | DEBUG POPULATE 4 | DBSIZE => :4")]
    [InlineData("DEBUG POPULATE 2 p 20 => +OK | STRLEN p:0 => :20 | GETRANGE p:1 0 7 => 'value:1\\x00'")]
    [InlineData("SET key:0 mine | DEBUG POPULATE 1 => +OK | GET key:0 => 'mine'")]
    [InlineData("DEBUG POPULATE x => -ERR value is out of range, must be positive")]
    [InlineData("DEBUG FOO => -ERR unknown subcommand or wrong number of arguments for 'FOO'. Try DEBUG HELP.")]
    [InlineData("MULTI | DEBUG SLEEP 0 | SET k v | EXEC => [+OK, +OK]")]
    public Task Does_what_tests_need(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "DEBUG PROTOCOL string => 'Hello World' | DEBUG PROTOCOL integer => :12345 " +
        "| DEBUG PROTOCOL null => $nil")]
    [InlineData("DEBUG PROTOCOL double => '3.141' | DEBUG PROTOCOL array => [:0, :1, :2] | DEBUG PROTOCOL true => :1")]
    [InlineData("DEBUG PROTOCOL map => [:0, :0, :1, :1, :2, :0] | DEBUG PROTOCOL set => [:0, :1, :2]")]
    [InlineData("HELLO 3 | DEBUG PROTOCOL map => {:0 => #f, :1 => #t, :2 => #f} | DEBUG PROTOCOL set => ~[:0, :1, :2]")]
    [InlineData("HELLO 3 | DEBUG PROTOCOL null => _ | DEBUG PROTOCOL true => #t | DEBUG PROTOCOL false => #f")]
    [InlineData(
        "HELLO 3 | DEBUG PROTOCOL verbatim => =txt:'This is a verbatim\\nstring' " +
        "| DEBUG PROTOCOL double => ,3.141")]
    public Task Replies_every_type(string row) => CheckAsync(row);
}

/// <summary>Our server with DEBUG, and with other flags that CONFIG knows.</summary>
public sealed class DebuggingBitmapist : IDisposable
{
    public BitmapistServer Server { get; } = BitmapistServer.With(
        "-enable-debug-command", "local", "-timeout", "77", "-notify-keyspace-events", "KEg", "-slowlog-max-len", "7",
        "-client-output-buffer-limit", "pubsub 1mb 0 0");

    public void Dispose() => Server.Dispose();
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistDebug(DebuggingBitmapist bitmapist) : DebugSpec(bitmapist.Server),
    IClassFixture<DebuggingBitmapist>
{
    [Theory]
    [InlineData("CONFIG GET enable-debug-command => ['enable-debug-command', 'local']")]
    [InlineData("CONFIG GET timeout => ['timeout', '77'] | CONFIG GET slowlog-max-len => ['slowlog-max-len', '7']")]
    [InlineData("CONFIG GET notify-keyspace-events => ['notify-keyspace-events', 'gKE']")]
    [InlineData(
        "CONFIG GET client-output-buffer-limit => ['client-output-buffer-limit', " +
        "'normal 0 0 0 slave 268435456 67108864 60 pubsub 1048576 0 0']")]
    public Task Takes_flags_for_parameters(string row) => CheckAsync(row);

    [Theory]
    [InlineData("-timeout", "x", "argument couldn't be parsed into an integer")]
    [InlineData("-notify-keyspace-events", "q", "Invalid event class character")]
    [InlineData("-proto-max-bulk-len", "1", "argument must be between 1048576 and")]
    [InlineData("-enable-debug-command", "maybe", "maybe")]
    public void A_flag_is_refused_as_CONFIG_SET_would(string flag, string value, string reason)
    {
        using var server = new ServerProcess(BitmapistServer.ExecutablePath, [flag, value], Path.GetTempPath());
        Assert.Equal(2, server.WaitForExit());
        Assert.Contains(reason, server.Output, StringComparison.Ordinal);
    }
}

[Trait("Server", "redis")]
public sealed class RedisDebug(RedisServer server) : DebugSpec(server), IClassFixture<RedisServer>;
