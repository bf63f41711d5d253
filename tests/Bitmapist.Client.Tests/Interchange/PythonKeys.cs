using System.Diagnostics;
using System.Text.Json;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Interchange;

/// <summary>Runs python_keys.py with Debian's Python and redis-py.</summary>
internal static class PythonKeys
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Why there is no redis-py here; null where it runs. Where CI=true, there must be.</summary>
    public static void SkipWhereMissing()
    {
        bool isThere = File.Exists(Python) && Run(["-c", "import redis"], "").ExitCode == 0;
        Prerequisite.Require(isThere, "redis-py is not installed: apt-get install python3-redis");
    }

    /// <summary>Writes what a job says; gives every key's bytes in hexadecimal and seconds to live.</summary>
    public static Dictionary<string, (string Bytes, int Seconds)> Write(int port, object job)
    {
        string script = Path.Combine(RepositoryFiles.Root, "tests/Bitmapist.Client.Tests/Interchange/python_keys.py");
        (int exitCode, string output, string errors) = Run([script, $"{port}"], JsonSerializer.Serialize(job));
        Assert.True(exitCode == 0, errors);
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(output)!
            .ToDictionary(pair => pair.Key, pair => (pair.Value[0].GetString()!, pair.Value[1].GetInt32()));
    }

    private static (int ExitCode, string Output, string Errors) Run(string[] arguments, string input)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
