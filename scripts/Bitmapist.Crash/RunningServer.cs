using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>A server that has answered PING.</summary>
internal sealed record RunningServer(ServerProcess Process, int Port) : IDisposable
{
    private const int SignalTerminate = 15;

    /// <summary>How many lines of its log have this text.</summary>
    public int LinesWith(string text) => Process.Output.Split(text).Length - 1;

    /// <summary>A number of INFO; 0 where it is not there.</summary>
    public static async Task<long> InfoAsync(RawConnection connection, string section, string field)
    {
        byte[] reply = await connection.AskAsync($"INFO {section}");
        string text = System.Text.Encoding.UTF8.GetString(ReplyText.BulkContent(reply) ?? []);
        string? line = Array.Find(text.Split("\r\n"), line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(field.Length + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>SIGTERM, without waiting for the end.</summary>
    public void BeginStop() => Process.Signal(SignalTerminate);

    /// <summary>SIGTERM, and an end in code 0.</summary>
    /// <exception cref="CrashTestException">It ended in another.</exception>
    public void Stop()
    {
        BeginStop();
        if (Process.WaitForExit() != 0)
            throw new CrashTestException($"SIGTERM ended in code {Process.ExitCode}:\n{Process.Output}");
    }

    public void Dispose() => Process.Dispose();
}
