using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>redis-py (Debian's python3-redis) through the checks of redis_py_checks.py beside this file.</summary>
public abstract class RedisPySpec(ITestServer server) : ConformanceSpec(server)
{
    // Not whichever python3 comes first on the PATH: Debian's packages belong to Debian's Python.
    private const string Python = "/usr/bin/python3";
    private const string Library = "/usr/lib/python3/dist-packages/redis/__init__.py";

    [Theory]
    [InlineData("plain_commands")]
    [InlineData("pipelines")]
    [InlineData("watched_transaction")]
    [InlineData("scan_iter")]
    [InlineData("bitmapist3")]
    [InlineData("bitmapist4")]
    [InlineData("huge_pipeline")]
    public async Task Works_as_bitmapist_uses_it(string check)
    {
        ClientProgram.Require(Python, "python3");
        ClientProgram.Require(Library, "python3-redis");
        string script = Path.Combine(AppContext.BaseDirectory, "Clients", "redis_py_checks.py");
        Assert.Equal("ok\n", await ClientProgram.RunAsync(Python, [script, $"{Server.Port}", check]));
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistRedisPy(BitmapistServer server) : RedisPySpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisRedisPy(RedisServer server) : RedisPySpec(server), IClassFixture<RedisServer>;
