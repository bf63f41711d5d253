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
                (_, value) => OutputLimitText.TryParse(value, OutputLimitText.Defaults.ToArray()),
                (server, value) => server.OutputLimits.Set(value)),
        };

    /// <summary>What happens to keys and is told by channels.</summary>
    public static readonly Parameter Notifications =
        new("notify-keyspace-events", call => NotificationText.Of(call.Server.Notifications.Wanted))
        {
            Writer = new ParameterWriter(CheckNotifications, ApplyNotifications),
        };

    private static string? CheckNotifications(ServerState server, string value) => NotificationText.TryParse(value, out _)
        ? null
        : "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

    private static void ApplyNotifications(ServerState server, string value)
    {
        if (NotificationText.TryParse(value, out NotificationClasses wanted)) server.Notifications.Wanted = wanted;
    }
}
