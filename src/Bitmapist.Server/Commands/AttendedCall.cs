using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;
using Bitmapist.Server.Tracking;

namespace Bitmapist.Server.Commands;

/// <summary>
/// Runs calls while somebody watches: monitors, clients that have keys tracked, an operator who wants each call's time.
/// </summary>
internal static class AttendedCall
{
    /// <summary>Runs a call.</summary>
    public static void Run(CommandContext call, CommandSpec spec, RespWriter reply)
    {
        ServerState server = call.Server;
        ArgumentList args = call.Args; // EXEC leaves others
        Tracker? tracker = call.Client.Tracker;
        bool isRemembered = tracker is { IsRemembering: true } && spec.Is(CommandFlags.ReadOnly);
        TrackingTable.Acting(call.Client);
        if (isRemembered) Remember(call, spec, args);
        if ((server.Attention & Attention.EachCallsTime) == 0)
        {
            call.RunPlainly(spec, reply);
        }
        else
        {
            long from = CallClock.Now;
            call.RunPlainly(spec, reply);
            call.Clock.NoteExact(spec, args, from);
        }

        if (isRemembered) Remember(call, spec, args);
        TrackingTable.Acting(null);
        if (server.Monitors.Count > 0 && !spec.Is(CommandFlags.Admin)) Show(call, args);
        if (call.IsInTransaction) return;
        server.Tracking.SendBroadcasts();
        bool isOver = call.Transaction is null && !spec.FullName.StartsWith("client|", StringComparison.Ordinal);
        if (isOver && tracker is not null) tracker.IsNextInverted = false;
    }

    /// <summary>Does what a call has left.</summary>
    public static void Finish(CommandContext call, DeferredReply deferred)
    {
        TrackingTable.Acting(call.Client);
        deferred.Finish(call.Server);
        TrackingTable.Acting(null);
        call.Server.Tracking.SendBroadcasts();
    }

    private static void Remember(CommandContext call, CommandSpec spec, ArgumentList args)
    {
        foreach (int key in spec.Keys.In(args.Count)) call.Server.Tracking.Remember(call.Client, args[key]);
        if (spec.NamedKeysOf is null) return;
        foreach (ReadOnlyMemory<byte> key in spec.NamedKeysOf(args, call.Server.Time.GetUtcNow().UtcDateTime))
            call.Server.Tracking.Remember(call.Client, key.Span);
    }

    private static void Show(CommandContext call, ArgumentList args) =>
        call.Server.Monitors.Push(ShownArguments.ForMonitor(
            args, call.Server.Time.GetUtcNow(), call.Session.Database, call.Client.RemoteEndPoint));
}
