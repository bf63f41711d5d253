using System.Globalization;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// evict-idle, of our own: seconds after which a bitmap that nobody asked for leaves memory; 0: it stays until there is
/// too much. May change while the server runs.
/// </summary>
internal static class EvictIdle
{
    public static readonly Parameter Parameter =
        new("evict-idle", call => SecondsOf(call.Server).ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    private static long SecondsOf(ServerState server) => (long)(server.Persistence?.HotFor.TotalSeconds ?? 0);

    private static string? Check(ServerState server, string value)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return "argument must be between 0 and 2147483647 inclusive";
        return server.Persistence is null ? "this server keeps everything in memory" : null;
    }

    private static void Apply(ServerState server, string value) => server.Persistence!.HotFor =
        TimeSpan.FromSeconds(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture));
}
