using System.Diagnostics;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>
/// A client program of this machine (redis-cli, python3), run once with its input and output collected.
/// </summary>
public static class ClientProgram
{
    private const int RunMsMax = 60_000;

    /// <summary>
    /// Skips the running test where the program is missing; fails it where CI=true, since CI must compare.
    /// </summary>
    public static void Require(string path, string package) =>
        Prerequisite.Require(File.Exists(path), $"{path} is not installed: apt-get install {package}");

    /// <summary>Runs to the end and returns stdout; the exit code must be 0.</summary>
    public static async Task<string> RunAsync(string path, IEnumerable<string> arguments, byte[]? input = null)
    {
        using Process process = Start(path, arguments);
        using CancellationTokenSource limit = new(RunMsMax);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{path} ended with {process.ExitCode}:\n{await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>The first lines of a program that goes on for ever, which is then ended.</summary>
    public static async Task<List<string>> FirstLinesAsync(string path, IEnumerable<string> arguments, int count)
    {
        using Process process = Start(path, arguments);
        using CancellationTokenSource limit = new(RunMsMax);
        try
        {
            List<string> lines = [];
            while (lines.Count < count && await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
                lines.Add(line);
            return lines;
        }
        finally
        {
            process.Kill();
        }
    }

    private static Process Start(string path, IEnumerable<string> arguments) => Process.Start(
        new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
}
