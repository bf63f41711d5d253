using Bitmapist.Testing.Scenarios;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests;

/// <summary>
/// A table of commands and their replies that holds for our server and for Redis. A family of commands is one file: an
/// abstract class with the rows, and a sealed class per server. Its trait Server=redis or Server=bitmapist selects one
/// of the two.
/// </summary>
public abstract class ConformanceSpec(ITestServer server)
{
    protected ITestServer Server
    {
        get
        {
            Prerequisite.Require(server.SkipReason is null, server.SkipReason);
            return server;
        }
    }

    /// <summary>Runs one row of a table.</summary>
    protected Task CheckAsync(string row) => Scenario.RunAsync(Server, row);
}
