using System.ComponentModel;
using System.Diagnostics;

namespace Bitmapist.Bench.Peers;

/// <summary>Garnet, which NuGet has as a tool of .NET.</summary>
internal static class GarnetTool
{
    private const string Package = "garnet-server";
    private const string Version = "2.2.8";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Installs it unless it is there.</summary>
    /// <param name="cache">Directory for what was installed, one below it for each version.</param>
    /// <returns>How to start it: in memory, as it does by default, its files in its own directory.</returns>
    /// <exception cref="IOException">It cannot be installed.</exception>
    public static PeerKind Install(string cache)
    {
        string directory = Path.Combine(cache, $"{Package}-{Version}");
        string executable = Path.Combine(directory, Package);
        if (!File.Exists(executable)) Run("tool", "install", Package, "--version", Version, "--tool-path", directory);
        return new PeerKind("Garnet",
            [executable, "--port", "{port}", "--bind", "127.0.0.1", "--checkpointdir", "{dir}"]);
    }

    private static void Run(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("dotnet", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                throw new IOException($"dotnet {string.Join(' ', arguments)} takes more than {s_patience}.");
            }

            if (process.ExitCode != 0)
                throw new IOException($"dotnet {string.Join(' ', arguments)}: {output.Result}{error.Result}".Trim());
        }
        catch (Win32Exception failure)
        {
            throw new IOException($"dotnet: {failure.Message}", failure);
        }
    }
}
