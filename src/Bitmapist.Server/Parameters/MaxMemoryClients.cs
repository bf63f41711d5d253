using System.Globalization;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// maxmemory-clients: what requests, transactions and unread replies of all clients together may occupy; 0: any number
/// of bytes. Beyond it those who hold most are cut off. May change while the server runs.
/// </summary>
internal static class MaxMemoryClients
{
    public static readonly Parameter Parameter =
        new("maxmemory-clients", call => call.Server.ClientMemory.BytesMax.ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    private static string? Check(ServerState server, string value) =>
        MemorySize.TryParse(value, out _) ? null : "argument must be a memory value";

    private static void Apply(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.ClientMemory.BytesMax = bytes;
    }
}
