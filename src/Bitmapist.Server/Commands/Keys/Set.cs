using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/set</summary>
internal static class Set
{
    public static readonly CommandSpec Spec = new("set", -3, Write | DenyOom, KeySpec.FirstArgument, Run)
    {
        Summary = "Stores a string at a key, with conditions and an expiry time if asked.",
        Group = "string", Categories = "write string slow", KeyAccess = "RW access update variable_flags",
        KeyNotes = "RW and ACCESS due to the optional `GET` argument", KeyAccessOf = AccessOf,
        Arguments = "key value [NX | XX] [GET] [EX seconds:integer | PX milliseconds:integer "
            + "| EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL]",
        Complexity = "O(bytes)",
    };

    private struct Options
    {
        public SetCondition Condition;
        public bool WantsOld;
        public bool KeepsExpiry;
        public ExpiryUnit Unit;
        public int ExpiryArgument;
    }

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!TryReadOptions(call.Args, out Options options))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        long expiry = options.KeepsExpiry ? StringVerbs.KeepExpiry : StringVerbs.NoExpiry;
        if (options.ExpiryArgument != 0)
        {
            if (!call.Args.TryGetInteger(options.ExpiryArgument, out long time))
            {
                call.Fail(reply, Errors.NotAnInteger);
                return;
            }

            if (time <= 0 || !options.Unit.TryToUnixMs(time, call.Session.NowUnixMs, out expiry))
            {
                call.Fail(reply, "ERR invalid expire time in 'set' command"u8);
                return;
            }
        }

        bool isSet = call.Session.Set(
            call.Args[1], call.Args[2], options.Condition, expiry, out StringValue? old, isRead: options.WantsOld);
        if (options.WantsOld && old is { } former) call.Defer(new StringReply(StringSlice.Whole(former)));
        else if (isSet && !options.WantsOld) reply.WriteOk();
        else reply.WriteNull();
    }

    /// <summary>Whether the old string is read, and so the key, depends on an option.</summary>
    private static string AccessOf(ArgumentList args)
    {
        for (int i = 3; i < args.Count; i++)
            if (args.Is(i, "get"u8)) return "RW access update";
        return "OW update";
    }

    private static bool TryReadOptions(ArgumentList args, out Options options)
    {
        options = default;
        for (int i = 3; i < args.Count; i++)
        {
            if (args.Is(i, "nx"u8) && options.Condition != SetCondition.IfExists)
                options.Condition = SetCondition.IfMissing;
            else if (args.Is(i, "xx"u8) && options.Condition != SetCondition.IfMissing)
                options.Condition = SetCondition.IfExists;
            else if (args.Is(i, "get"u8)) options.WantsOld = true;
            else if (args.Is(i, "keepttl"u8) && options.ExpiryArgument == 0) options.KeepsExpiry = true;
            else if (!TryReadExpiry(args, i++, ref options)) return false;
        }

        return true;
    }

    /// <summary>EX, PX, EXAT or PXAT and its number; the same one may be given again, and the last counts.</summary>
    private static bool TryReadExpiry(ArgumentList args, int index, ref Options options)
    {
        if (options.KeepsExpiry || index + 1 == args.Count) return false;
        if (!ExpiryUnit.TryReadOption(args, index, out ExpiryUnit unit)) return false;
        if (options.ExpiryArgument != 0 && unit != options.Unit) return false;
        options.Unit = unit;
        options.ExpiryArgument = index + 1;
        return true;
    }
}
