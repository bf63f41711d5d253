using System.Globalization;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// maxmemory: what bitmaps and index may occupy in memory; 0: any number of bytes. Nothing is lost by it, as what
/// leaves memory is in the database file. May change while the server runs.
/// </summary>
internal static class MaxMemory
{
    public static readonly Parameter Parameter =
        new("maxmemory", call => BytesOf(call.Server).ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    /// <summary>The bound now; 0: none, as for a server without a database file.</summary>
    public static long BytesOf(ServerState server) => server.Persistence?.MemoryBytesMax ?? 0;

    private static string? Check(ServerState server, string value)
    {
        if (!MemorySize.TryParse(value, out _)) return "argument must be a memory value";
        return server.Persistence is null ? "this server keeps everything in memory" : null;
    }

    private static void Apply(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.Persistence!.MemoryBytesMax = bytes;
    }
}
