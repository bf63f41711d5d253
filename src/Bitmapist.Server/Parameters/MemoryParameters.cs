using System.Globalization;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>Parameters of what may be in memory. All may change while the server runs.</summary>
internal static class MemoryParameters
{
    private const string AllInMemory = "this server keeps everything in memory";

    /// <summary>
    /// What resident bitmaps and index may occupy; 0: any number of bytes. Nothing is lost by it, as what is evicted
    /// is in the database file.
    /// </summary>
    public static readonly Parameter MaxMemory = new("maxmemory", call => Text(BytesMaxOf(call.Server)))
    {
        Writer = new ParameterWriter(CheckMaxMemory, ApplyMaxMemory),
    };

    /// <summary>
    /// What requests, transactions and unread replies of all clients together may occupy; 0: any number of bytes.
    /// Beyond it those who hold most are cut off.
    /// </summary>
    public static readonly Parameter MaxMemoryClients =
        new("maxmemory-clients", call => Text(call.Server.ClientMemory.BytesMax))
        {
            Writer = new ParameterWriter(CheckMaxMemoryClients, ApplyMaxMemoryClients),
        };

    /// <summary>
    /// Of our own: seconds after which a bitmap that no client asked for is evicted; 0: it stays until there is too
    /// much.
    /// </summary>
    public static readonly Parameter EvictIdle = new("evict-idle", call => Text(EvictIdleSecondsOf(call.Server)))
    {
        Writer = new ParameterWriter(CheckEvictIdle, ApplyEvictIdle),
    };

    /// <summary>The bound of maxmemory now; 0: none, as for a server without a database file.</summary>
    public static long BytesMaxOf(ServerState server) => server.Persistence?.MemoryBytesMax ?? 0;

    private static long EvictIdleSecondsOf(ServerState server) =>
        (long)(server.Persistence?.HotFor.TotalSeconds ?? 0);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? CheckMaxMemory(ServerState server, string value)
    {
        if (!MemorySize.TryParse(value, out _)) return "argument must be a memory value";
        return server.Persistence is null ? AllInMemory : null;
    }

    private static void ApplyMaxMemory(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.Persistence!.MemoryBytesMax = bytes;
    }

    private static string? CheckMaxMemoryClients(ServerState server, string value) =>
        MemorySize.TryParse(value, out _) ? null : "argument must be a memory value";

    private static void ApplyMaxMemoryClients(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.ClientMemory.BytesMax = bytes;
    }

    private static string? CheckEvictIdle(ServerState server, string value)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return "argument must be between 0 and 2147483647 inclusive";
        return server.Persistence is null ? AllInMemory : null;
    }

    private static void ApplyEvictIdle(ServerState server, string value) => server.Persistence!.HotFor =
        TimeSpan.FromSeconds(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture));
}
