using System.Globalization;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>
/// The same random commands get the same replies from two servers, in RESP2 and in RESP3.
/// BITMAPIST_DIFFERENTIAL_COMMANDS sets how many, BITMAPIST_DIFFERENTIAL_SEED repeats a run; scripts/differential is
/// the long form. Redis against Redis shows that the stream itself is deterministic, for which fewer commands do.
/// </summary>
public abstract class DifferentialSpec(ITestServer tested, ITestServer reference, int commandsByDefault)
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_commands_get_the_same_replies_as_from_Redis(int protocol)
    {
        Prerequisite.Require(reference.SkipReason is null, reference.SkipReason);
        int seed = FromEnvironment("BITMAPIST_DIFFERENTIAL_SEED", Random.Shared.Next());
        int commands = FromEnvironment("BITMAPIST_DIFFERENTIAL_COMMANDS", commandsByDefault);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, {commands} commands in RESP{protocol}");
        await tested.SendAsync("FLUSHALL");
        await reference.SendAsync("FLUSHALL");
        using DifferentialRun run = new(seed, protocol, commands, tested, reference);
        await run.RunAsync();
        if (run.LeftOut > 0) TestContext.Current.TestOutputHelper?.WriteLine($"{run.LeftOut} replies follow 7.0 alone");
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : otherwise;
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistDifferential(BitmapistServer tested, RedisServer reference)
    : DifferentialSpec(tested, reference, 100_000), IClassFixture<BitmapistServer>, IClassFixture<RedisServer>;

/// <summary>A second Redis, since a class has one fixture of a type.</summary>
public sealed class SecondRedisServer : IDisposable
{
    public RedisServer Server { get; } = new();

    public void Dispose() => Server.Dispose();
}

[Trait("Server", "redis")]
public sealed class RedisDifferential(RedisServer tested, SecondRedisServer reference)
    : DifferentialSpec(tested, reference.Server, 20_000), IClassFixture<RedisServer>, IClassFixture<SecondRedisServer>
{
    [Fact]
    public async Task A_difference_is_found_and_reported()
    {
        Prerequisite.Require(tested.SkipReason is null, tested.SkipReason);
        await ((ITestServer)tested).SendAsync("FLUSHALL");
        await ((ITestServer)reference.Server).SendAsync("FLUSHALL");
        foreach (char key in "abcdef") await ((ITestServer)tested).SendAsync($"SETBIT {key} 299 1");
        using DifferentialRun run = new(seed: 1, protocol: 2, commandsMax: 10_000, tested, reference.Server);
        var difference = await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);
        Assert.Contains("Seed 1, RESP2, command ", difference.Message, StringComparison.Ordinal);
    }
}
