using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests;

/// <summary>One run of the executable with arguments of the test's choice, to its end.</summary>
internal static class StartedServer
{
    /// <summary>Runs until it ends by itself; returns its exit code and what it wrote.</summary>
    public static (int ExitCode, string Output) RunToEnd(string folder, params string[] arguments)
    {
        using ServerProcess server = new(BitmapistServer.ExecutablePath, arguments, folder);
        int exitCode = server.WaitForExit();
        return (exitCode, server.Output);
    }

    /// <summary>Runs over a database that it must refuse: an error code, and one line that says why.</summary>
    public static string Refuses(string folder, string databasePath, params string[] arguments)
    {
        (int exitCode, string output) = RunToEnd(
            folder, ["-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", databasePath, .. arguments]);
        Assert.Equal(1, exitCode);
        string[] complaints = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("loading data from", StringComparison.Ordinal))];
        string complaint = Assert.Single(complaints);
        Assert.StartsWith("bitmapist-server: ", complaint, StringComparison.Ordinal);
        return complaint;
    }
}
