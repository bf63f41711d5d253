using System.Globalization;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>
/// The same random commands get the same replies from two servers. BITMAPIST_DIFFERENTIAL_COMMANDS sets how many
/// (100,000 otherwise), BITMAPIST_DIFFERENTIAL_SEED repeats a run. Redis against Redis shows that the stream itself is
/// deterministic.
/// </summary>
public abstract class DifferentialSpec(ITestServer tested, ITestServer reference)
{
    private const int CommandsByDefault = 100_000;

    [Fact]
    public async Task Random_commands_get_the_same_replies_as_from_Redis()
    {
        Prerequisite.Require(reference.SkipReason is null, reference.SkipReason);
        int seed = FromEnvironment("BITMAPIST_DIFFERENTIAL_SEED", Random.Shared.Next());
        int commands = FromEnvironment("BITMAPIST_DIFFERENTIAL_COMMANDS", CommandsByDefault);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, {commands} commands");
        await tested.SendAsync("FLUSHALL");
        await reference.SendAsync("FLUSHALL");
        using DifferentialRun run = new(seed, commands, tested, reference);
        await run.RunAsync();
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : otherwise;
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistDifferential(BitmapistServer tested, RedisServer reference)
    : DifferentialSpec(tested, reference), IClassFixture<BitmapistServer>, IClassFixture<RedisServer>;

/// <summary>A second Redis, since a class has one fixture of a type.</summary>
public sealed class SecondRedisServer : IDisposable
{
    public RedisServer Server { get; } = new();

    public void Dispose() => Server.Dispose();
}

[Trait("Server", "redis")]
public sealed class RedisDifferential(RedisServer tested, SecondRedisServer reference)
    : DifferentialSpec(tested, reference.Server), IClassFixture<RedisServer>, IClassFixture<SecondRedisServer>
{
    [Fact]
    public async Task A_difference_is_found_and_reported()
    {
        Prerequisite.Require(tested.SkipReason is null, tested.SkipReason);
        await ((ITestServer)tested).SendAsync("FLUSHALL");
        await ((ITestServer)reference.Server).SendAsync("FLUSHALL");
        foreach (char key in "abcdef") await ((ITestServer)tested).SendAsync($"SETBIT {key} 299 1");
        using DifferentialRun run = new(seed: 1, commandsMax: 10_000, tested, reference.Server);
        var difference = await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);
        Assert.Contains("Seed 1, command ", difference.Message, StringComparison.Ordinal);
    }
}
