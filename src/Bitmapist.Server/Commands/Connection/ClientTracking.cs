using Bitmapist.Resp.Writing;
using Bitmapist.Server.Tracking;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-tracking and its siblings</summary>
internal static class ClientTracking
{
    private static ReadOnlySpan<byte> SwitchesBroadcast =>
        "ERR You can't switch BCAST mode on/off before disabling tracking for this client, "u8 +
        "and then re-enabling it with a different mode."u8;

    private static ReadOnlySpan<byte> SwitchesOption =>
        "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, "u8 +
        "and then re-enabling it with a different mode."u8;

    public static void Run(CommandContext call, RespWriter reply)
    {
        if (!TryReadOptions(call, reply, out TrackingModes modes, out long redirect, out List<byte[]> prefixes)) return;
        if (call.Args.Is(2, "off"u8))
        {
            if (call.Client.Tracker is not null) call.Client.Tracker = null;
            reply.WriteOk();
        }
        else if (!call.Args.Is(2, "on"u8))
        {
            call.Fail(reply, Errors.Syntax);
        }
        else if (TryCheck(call, reply, modes, prefixes))
        {
            TurnOn(call, modes, redirect, prefixes);
            reply.WriteOk();
        }
    }

    public static void RunCaching(CommandContext call, RespWriter reply)
    {
        Tracker? tracker = call.Client.Tracker;
        bool isOptIn = tracker?.Is(TrackingModes.OptIn) ?? false;
        bool isOptOut = tracker?.Is(TrackingModes.OptOut) ?? false;
        if (!isOptIn && !isOptOut)
        {
            call.Fail(
                reply,
                "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT "u8 +
                "mode enabled"u8);
            return;
        }

        if (call.Args.Is(2, "yes"u8) && !isOptIn)
        {
            call.Fail(
                reply, "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."u8);
        }
        else if (call.Args.Is(2, "no"u8) && !isOptOut)
        {
            call.Fail(
                reply, "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."u8);
        }
        else if (!call.Args.Is(2, "yes"u8) && !call.Args.Is(2, "no"u8))
        {
            call.Fail(reply, Errors.Syntax);
        }
        else
        {
            tracker!.IsNextInverted = true;
            reply.WriteOk();
        }
    }

    public static void RunRedirect(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Client.Tracker?.RedirectId ?? -1);

    public static void RunInfo(CommandContext call, RespWriter reply)
    {
        Tracker? tracker = call.Client.Tracker;
        List<string> flags = FlagsOf(tracker);
        reply.WriteMapHeader(3);
        reply.WriteBulkString("flags"u8);
        reply.WriteSetHeader(flags.Count);
        foreach (string flag in flags) reply.WriteBulkString(flag);
        reply.WriteBulkString("redirect"u8);
        reply.WriteInteger(tracker?.RedirectId ?? -1);
        reply.WriteBulkString("prefixes"u8);
        IReadOnlyList<byte[]> prefixes = tracker?.Prefixes ?? [];
        reply.WriteArrayHeader(prefixes.Count);
        foreach (byte[] prefix in prefixes) reply.WriteBulkString(prefix);
    }

    private static List<string> FlagsOf(Tracker? tracker)
    {
        if (tracker is null) return ["off"];
        var flags = new List<string> { "on" };
        if (tracker.Is(TrackingModes.Broadcast)) flags.Add("bcast");
        if (tracker.Is(TrackingModes.OptIn)) flags.Add("optin");
        if (tracker.Is(TrackingModes.OptIn) && tracker.IsNextInverted) flags.Add("caching-yes");
        if (tracker.Is(TrackingModes.OptOut)) flags.Add("optout");
        if (tracker.Is(TrackingModes.OptOut) && tracker.IsNextInverted) flags.Add("caching-no");
        if (tracker.Is(TrackingModes.NoLoop)) flags.Add("noloop");
        if (tracker.IsRedirectBroken) flags.Add("broken_redirect");
        return flags;
    }

    private static bool TryReadOptions(
        CommandContext call, RespWriter reply, out TrackingModes modes, out long redirect, out List<byte[]> prefixes)
    {
        ArgumentList args = call.Args;
        (modes, redirect, prefixes) = (TrackingModes.None, 0, []);
        for (int i = 3; i < args.Count; i++)
        {
            bool hasValue = i + 1 < args.Count;
            if (args.Is(i, "bcast"u8)) modes |= TrackingModes.Broadcast;
            else if (args.Is(i, "optin"u8)) modes |= TrackingModes.OptIn;
            else if (args.Is(i, "optout"u8)) modes |= TrackingModes.OptOut;
            else if (args.Is(i, "noloop"u8)) modes |= TrackingModes.NoLoop;
            else if (args.Is(i, "prefix"u8) && hasValue) prefixes.Add(args[++i].ToArray());
            else if (args.Is(i, "redirect"u8) && hasValue)
            {
                if (!TryReadRedirect(call, reply, ++i, ref redirect)) return false;
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return false;
            }
        }

        return true;
    }

    private static bool TryReadRedirect(CommandContext call, RespWriter reply, int index, ref long redirect)
    {
        if (redirect != 0)
            call.Fail(reply, "ERR A client can only redirect to a single other client"u8);
        else if (!call.Args.TryGetInteger(index, out redirect))
            call.Fail(reply, Errors.NotAnInteger);
        else if (call.Server.Clients.Find(redirect) is null)
            call.Fail(reply, "ERR The client ID you want redirect to does not exist"u8);
        else return true;
        return false;
    }

    private static bool TryCheck(CommandContext call, RespWriter reply, TrackingModes modes, List<byte[]> prefixes)
    {
        Tracker? former = call.Client.Tracker;
        bool isBroadcast = (modes & TrackingModes.Broadcast) != 0;
        const TrackingModes Options = TrackingModes.OptIn | TrackingModes.OptOut;
        if (!isBroadcast && prefixes.Count > 0)
            call.Fail(reply, "ERR PREFIX option requires BCAST mode to be enabled"u8);
        else if (former is not null && former.Is(TrackingModes.Broadcast) != isBroadcast)
            call.Fail(reply, SwitchesBroadcast);
        else if (isBroadcast && (modes & Options) != 0)
            call.Fail(reply, "ERR OPTIN and OPTOUT are not compatible with BCAST"u8);
        else if ((modes & Options) == Options)
            call.Fail(reply, "ERR You can't specify both OPTIN mode and OPTOUT mode"u8);
        else if (former is not null && ((modes | former.Modes) & Options) == Options)
            call.Fail(reply, SwitchesOption);
        else
            return !isBroadcast || ArePrefixesApart(call, reply, former?.Prefixes ?? [], prefixes);
        return false;
    }

    /// <summary>None may begin with another: a key would be told of twice.</summary>
    private static bool ArePrefixesApart(
        CommandContext call, RespWriter reply, IReadOnlyList<byte[]> former, List<byte[]> prefixes)
    {
        for (int i = 0; i < prefixes.Count; i++)
        {
            byte[] prefix = prefixes[i];
            byte[]? existing = former.FirstOrDefault(other => DoOverlap(prefix, other));
            byte[]? provided = existing ?? prefixes.Skip(i + 1).FirstOrDefault(other => DoOverlap(prefix, other));
            if (provided is null) continue;
            ReadOnlySpan<byte> which = existing is null ? "another provided"u8 : "an existing"u8;
            call.Fail(
                reply,
                [
                    .. "ERR Prefix '"u8, .. prefix, .. "' overlaps with "u8, .. which, .. " prefix '"u8, .. provided,
                    .. "'. Prefixes for a single client must not overlap."u8,
                ]);
            return false;
        }

        return true;
    }

    private static bool DoOverlap(byte[] one, byte[] other)
    {
        int bytes = Math.Min(one.Length, other.Length);
        return one.AsSpan(0, bytes).SequenceEqual(other.AsSpan(0, bytes));
    }

    private static void TurnOn(CommandContext call, TrackingModes modes, long redirect, List<byte[]> prefixes)
    {
        IEnumerable<byte[]> all = call.Client.Tracker?.Prefixes ?? [];
        if ((modes & TrackingModes.Broadcast) != 0) all = all.Concat(prefixes.Count > 0 ? prefixes : [[]]);
        call.Client.Tracker = new Tracker(modes, redirect, [.. all.Order(BytesInOrder.Comparer)]);
    }
}
