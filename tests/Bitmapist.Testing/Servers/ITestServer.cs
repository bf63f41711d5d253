using Bitmapist.Testing.Wire;

namespace Bitmapist.Testing.Servers;

/// <summary>A running server that a test talks to over a socket: ours, or the reference.</summary>
public interface ITestServer
{
    /// <summary>Where it listens, on the loopback address.</summary>
    int Port { get; }

    /// <summary>Why tests against this server must be skipped on this machine; null where it runs.</summary>
    string? SkipReason { get; }

    /// <summary>
    /// Sends one command on a connection of its own and returns the reply as <see cref="ReplyText"/> shows it.
    /// </summary>
    async Task<string> SendAsync(string command)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(Port);
        return ReplyText.Render(await connection.AskAsync(command));
    }
}
