using Bitmapist.Testing.Scenarios;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests;

/// <summary>
/// A table of commands and their replies that holds for our server and for Redis. A family of commands is one file: an
/// abstract class with the rows, and a sealed class per server. Its trait Server=redis or Server=bitmapist selects one
/// of the two. A row that begins with {7.0} follows Redis 7.0 where later versions answer otherwise: it is left out
/// where the Redis that is asked is one of those.
/// </summary>
public abstract class ConformanceSpec(ITestServer server)
{
    private const string OfRedis70 = "{7.0} ";

    protected ITestServer Server
    {
        get
        {
            Prerequisite.Require(server.SkipReason is null, server.SkipReason);
            return server;
        }
    }

    /// <summary>Runs one row of a table.</summary>
    protected Task CheckAsync(string row)
    {
        if (!row.StartsWith(OfRedis70, StringComparison.Ordinal)) return Scenario.RunAsync(Server, row);
        if (server is RedisServer) RequireRedis70();
        return Scenario.RunAsync(Server, row[OfRedis70.Length..]);
    }

    /// <summary>Skips the running test where the Redis at hand is later than 7.0.</summary>
    internal static void RequireRedis70() => Prerequisite.Require(
        !RedisServer.IsLaterThan70, $"follows Redis 7.0, and the Redis at hand is {RedisServer.Version}");
}
