using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Keys;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>Commands that reply a string and change its key.</summary>
internal static class GetAnd
{
    /// <summary>redis.io/commands/getdel</summary>
    public static readonly CommandSpec GetDel = new("getdel", 2, Write | Fast, KeySpec.FirstArgument, RunGetDel)
    {
        Summary = "Replies the string stored at a key and removes the key.",
        Group = "string", Since = "6.2.0", Categories = "write string fast", KeyAccess = "RW access delete",
        Arguments = "key", Complexity = "O(bytes)",
    };

    /// <summary>redis.io/commands/getex</summary>
    public static readonly CommandSpec GetEx = new("getex", -2, Write | Fast, KeySpec.FirstArgument, RunGetEx)
    {
        Summary = "Replies the string stored at a key and sets or removes the key's expiry time.",
        Group = "string", Since = "6.2.0", Categories = "write string fast", KeyAccess = "RW access update",
        KeyNotes = "RW and UPDATE because it changes the TTL", Complexity = "O(bytes)",
        Arguments = "key [EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time "
            + "| PXAT unix-time-milliseconds:unix-time | PERSIST]",
    };

    /// <summary>redis.io/commands/getset</summary>
    public static readonly CommandSpec GetSet = new(
        "getset", 3, Write | DenyOom | Fast, KeySpec.FirstArgument, RunGetSet)
    {
        Summary = "Stores a string at a key; replies the former one.",
        Group = "string", Categories = "write string fast", KeyAccess = "RW access update", Arguments = "key value",
        Complexity = "O(bytes)",
    };

    private static void RunGetDel(CommandContext call, RespWriter reply)
    {
        if (call.Session.GetAndDelete(call.Args[1], out StringValue value)) ReplyWith(call, value);
        else reply.WriteNull();
    }

    private static void RunGetSet(CommandContext call, RespWriter reply)
    {
        call.Session.Set(
            call.Args[1], call.Args[2], SetCondition.Always, StringVerbs.NoExpiry, out StringValue? old,
            isRead: true);
        if (old is { } former) ReplyWith(call, former);
        else reply.WriteNull();
    }

    private static void RunGetEx(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!TryReadOptions(args, out bool isPersisting, out ExpiryUnit unit, out int timeArgument))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        long expiry = StringVerbs.NoExpiry;
        ReadOnlySpan<byte> timeError = timeArgument == 0 ? default : ReadTime(call, unit, timeArgument, out expiry);
        bool isReadOnly = timeArgument == 0 && !isPersisting;
        StringValue value;
        bool exists = isReadOnly || !timeError.IsEmpty
            ? call.Session.TryGet(args[1], out value)
            : call.Session.GetAndExpire(args[1], expiry, out value);
        if (!exists) reply.WriteNull(); // whatever is wrong with the time
        else if (!timeError.IsEmpty) call.Fail(reply, timeError);
        else ReplyWith(call, value);
    }

    /// <summary>Reads a time that must lie after 1970 or, if it counts from now, in the future.</summary>
    /// <returns>The error; empty: there is none.</returns>
    private static ReadOnlySpan<byte> ReadTime(CommandContext call, ExpiryUnit unit, int argument, out long unixMs)
    {
        unixMs = 0;
        if (!call.Args.TryGetInteger(argument, out long time)) return Errors.NotAnInteger;
        return time > 0 && unit.TryToUnixMs(time, call.Session.NowUnixMs, out unixMs)
            ? default
            : "ERR invalid expire time in 'getex' command"u8;
    }

    private static bool TryReadOptions(
        ArgumentList args, out bool isPersisting, out ExpiryUnit unit, out int timeArgument)
    {
        (isPersisting, unit, timeArgument) = (false, default, 0);
        for (int i = 2; i < args.Count; i++)
        {
            if (args.Is(i, "persist"u8) && timeArgument == 0)
            {
                isPersisting = true;
                continue;
            }

            if (isPersisting || i + 1 == args.Count) return false;
            if (!ExpiryUnit.TryReadOption(args, i, out ExpiryUnit given)) return false;
            if (timeArgument != 0 && given != unit) return false;
            (unit, timeArgument) = (given, ++i);
        }

        return true;
    }

    private static void ReplyWith(CommandContext call, in StringValue value) =>
        call.Defer(new StringReply(StringSlice.Whole(value)));
}
