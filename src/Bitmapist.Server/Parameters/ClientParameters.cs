using Bitmapist.Server.PubSub;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>Parameters of what clients may do, and are sent unasked. All may change while the server runs.</summary>
internal static class ClientParameters
{
    /// <summary>How much may wait for a client that does not take it.</summary>
    public static readonly Parameter OutputBufferLimit =
        new("client-output-buffer-limit", call => call.Server.OutputLimits.Text)
        {
            Writer = new ParameterWriter(
                value => OutputLimitText.TryParse(value, OutputLimitText.Defaults.ToArray()),
                (server, value) => server.OutputLimits.Set(value)),
        };

    /// <summary>What happens to keys and is told by channels.</summary>
    public static readonly Parameter Notifications =
        new("notify-keyspace-events", call => NotificationText.Of(call.Server.Notifications.Wanted))
        {
            Writer = new ParameterWriter(CheckNotifications, ApplyNotifications),
        };

    /// <summary>Keys that the server remembers who has read; 0: any number.</summary>
    public static readonly Parameter TrackingKeys = Numbers.Declare(
        "tracking-table-max-keys", server => server.Tracking.KeysMax, 0, long.MaxValue,
        (server, value) => server.Tracking.KeysMax = value);

    /// <summary>Seconds after which a client that asks for nothing is closed; 0: never. Not a subscriber.</summary>
    public static readonly Parameter Timeout = Numbers.Declare(
        "timeout", server => server.ClientLimits.TimeoutSeconds, 0, int.MaxValue,
        (server, value) => server.ClientLimits.TimeoutSeconds = (int)value);

    /// <summary>Idle seconds after which a new connection's peer is asked whether it is there; 0: never.</summary>
    public static readonly Parameter KeepAlive = Numbers.Declare(
        "tcp-keepalive", server => server.ClientLimits.KeepAliveSeconds, 0, int.MaxValue,
        (server, value) => server.ClientLimits.KeepAliveSeconds = (int)value);

    /// <summary>Bytes of an argument.</summary>
    public static readonly Parameter BulkLength = Numbers.DeclareSize(
        "proto-max-bulk-len", server => server.ClientLimits.BulkBytesMax, ClientLimits.BytesMin, long.MaxValue,
        (server, value) => server.ClientLimits.BulkBytesMax = value);

    /// <summary>Bytes of a request.</summary>
    public static readonly Parameter QueryBufferLimit = Numbers.DeclareSize(
        "client-query-buffer-limit", server => server.ClientLimits.RequestBytesMax, ClientLimits.BytesMin,
        long.MaxValue,
        (server, value) => server.ClientLimits.RequestBytesMax = value);

    private static string? CheckNotifications(string value) => NotificationText.TryParse(value, out _)
        ? null
        : "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

    private static void ApplyNotifications(ServerState server, string value)
    {
        if (NotificationText.TryParse(value, out NotificationClasses wanted)) server.Notifications.Wanted = wanted;
    }
}
