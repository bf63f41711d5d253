using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>ioredis and node-redis, the newest of npm, through the checks in the folder Node.</summary>
public abstract class NodeSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Node = "/usr/bin/node";

    // Not copied to the output: the libraries are where npm puts them, beside package.json.
    private static readonly string s_folder =
        Path.Combine(RepositoryFiles.Root, "tests/Bitmapist.Conformance.Tests/Clients/Node");

    [Theory]
    [InlineData("strings_and_bitmaps")]
    [InlineData("resp2")]
    [InlineData("maps_of_resp3")]
    [InlineData("pipelines_and_transactions")]
    [InlineData("auto_pipelining")]
    [InlineData("scans")]
    [InlineData("messages_and_key_events")]
    [InlineData("monitor")]
    [InlineData("users")]
    public Task Ioredis_works(string check) => CheckAsync("ioredis_checks.js", check);

    [Theory]
    [InlineData("strings_and_bitmaps")]
    [InlineData("resp2")]
    [InlineData("pipelines_and_transactions")]
    [InlineData("scans")]
    [InlineData("messages_and_key_events")]
    [InlineData("client_side_cache")]
    [InlineData("users")]
    public Task Node_redis_works(string check) => CheckAsync("node_redis_checks.js", check);

    private async Task CheckAsync(string script, string check)
    {
        ClientProgram.Require(Node, "nodejs");
        bool hasLibraries = Directory.Exists(Path.Combine(s_folder, "node_modules"));
        Prerequisite.Require(hasLibraries, $"ioredis and node-redis are not installed: npm ci --prefix {s_folder}");
        string output = await ClientProgram.RunAsync(Node, [Path.Combine(s_folder, script), $"{Server.Port}", check]);
        Assert.Equal("ok\n", output);
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistNode(BitmapistServer server) : NodeSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisNode(RedisServer server) : NodeSpec(server), IClassFixture<RedisServer>;
