using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// COMMAND INFO of every supported command is what Redis 7.0 replies, since proxies and cluster clients route by it.
/// The rows are in command-info.txt, where a line may be longer than a line of code; the subcommands that a container
/// lists are not compared, because Redis keeps them in no order and has some that this server lacks.
/// </summary>
public abstract class CommandInfoSpec(ITestServer server) : ConformanceSpec(server)
{
    public static TheoryData<string> Rows =>
        new(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Admin", "command-info.txt")));

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Describes_a_command_as_Redis_does(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistCommandInfo(BitmapistServer server) : CommandInfoSpec(server),
    IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisCommandInfo(RedisServer server) : CommandInfoSpec(server), IClassFixture<RedisServer>;
