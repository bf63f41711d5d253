using Bitmapist.Testing.Scenarios;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>
/// Rows about users and passwords. Each begins with the default user alone, who needs no password; rows that give it
/// one give it <see cref="Password"/>.
/// </summary>
public abstract class AccessSpec(ITestServer server) : ConformanceSpec(server)
{
    /// <summary>The only password that rows give to the default user.</summary>
    protected const string Password = "foobar";

    private static readonly string[] s_reset =
    [
        "AUTH default " + Password, "CONFIG SET requirepass ''",
        "ACL SETUSER default on nopass clearselectors ~* &* +@all", "ACL DELUSER alice bob", "ACL LOG RESET",
        "CONFIG SET acllog-max-len 128",
    ];

    /// <summary>Runs a row of a table from a fresh start.</summary>
    protected async Task CheckFreshAsync(string row)
    {
        using (RawConnection connection = await RawConnection.ConnectAsync(Server.Port))
            foreach (string command in s_reset) await connection.AskAsync(command);
        try
        {
            await CheckAsync(row);
        }
        finally
        {
            using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
            foreach (string command in s_reset) await connection.AskAsync(command);
        }
    }

    /// <summary>A row that cannot be run by <see cref="Scenario"/>: bytes, and the end of the connection.</summary>
    protected async Task<string> AskUntilClosedAsync(byte[] request)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        await connection.SendBytesAsync(request);
        return System.Text.Encoding.Latin1.GetString(await connection.ReceiveUntilClosedAsync());
    }
}
