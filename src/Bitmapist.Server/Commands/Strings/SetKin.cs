using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Keys;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>SET as it was before it had options, and for several keys.</summary>
internal static class SetKin
{
    /// <summary>redis.io/commands/setex</summary>
    public static readonly CommandSpec SetEx = DeclareUntil("setex", "2.0.0", "seconds", isInSeconds: true);

    /// <summary>redis.io/commands/psetex</summary>
    public static readonly CommandSpec PsetEx = DeclareUntil("psetex", "2.6.0", "milliseconds", isInSeconds: false);

    /// <summary>redis.io/commands/setnx</summary>
    public static readonly CommandSpec SetNx = new("setnx", 3, Write | DenyOom | Fast, KeySpec.FirstArgument, RunSetNx)
    {
        Summary = "Stores a string at a key if there is no such key; replies 1, else 0.",
        Group = "string", Categories = "write string fast", KeyAccess = "OW insert", Arguments = "key value",
        Complexity = "O(bytes)",
    };

    /// <summary>redis.io/commands/mset</summary>
    public static readonly CommandSpec Mset = new("mset", -3, Write | DenyOom, new KeySpec(1, -1, 2), RunMset)
    {
        Summary = "Stores strings at several keys at one instant.",
        Group = "string", Since = "1.0.1", Categories = "write string slow", KeyAccess = "OW update",
        Arguments = "(key value)...", Complexity = "O(bytes)",
        Tips = ["request_policy:multi_shard", "response_policy:all_succeeded"],
    };

    /// <summary>redis.io/commands/msetnx</summary>
    public static readonly CommandSpec MsetNx = new("msetnx", -3, Write | DenyOom, new KeySpec(1, -1, 2), RunMsetNx)
    {
        Summary = "Stores strings at several keys if none of them exists; replies 1, else 0.",
        Group = "string", Since = "1.0.1", Categories = "write string slow", KeyAccess = "OW insert",
        Arguments = "(key value)...", Complexity = "O(bytes)",
        Tips = ["request_policy:multi_shard", "response_policy:agg_min"],
    };

    private static CommandSpec DeclareUntil(string name, string since, string unit, bool isInSeconds) =>
        new(name, 4, Write | DenyOom, KeySpec.FirstArgument, (call, reply) => RunUntil(call, reply, name, isInSeconds))
        {
            Summary = $"Stores a string at a key for so many {unit}.",
            Group = "string", Since = since, Categories = "write string slow", KeyAccess = "OW update",
            Arguments = $"key {unit}:integer value", Complexity = "O(bytes)",
        };

    private static void RunUntil(CommandContext call, RespWriter reply, string name, bool isInSeconds)
    {
        var unit = new ExpiryUnit(isInSeconds, IsAbsolute: false);
        if (!call.Args.TryGetInteger(2, out long time))
        {
            call.Fail(reply, Errors.NotAnInteger);
        }
        else if (time <= 0 || !unit.TryToUnixMs(time, call.Session.NowUnixMs, out long expiry))
        {
            call.Fail(reply, Errors.InvalidExpireTime(name));
        }
        else
        {
            call.Session.Set(call.Args[1], call.Args[3], SetCondition.Always, expiry, out _);
            reply.WriteOk();
        }
    }

    private static void RunSetNx(CommandContext call, RespWriter reply)
    {
        bool isSet = call.Session.Set(
            call.Args[1], call.Args[2], SetCondition.IfMissing, StringVerbs.NoExpiry, out _);
        reply.WriteInteger(isSet ? 1 : 0);
    }

    private static void RunMset(CommandContext call, RespWriter reply)
    {
        if (!ArePairs(call, reply, "mset")) return;
        call.Session.SetMany(call.Args.From(1), SetCondition.Always);
        reply.WriteOk();
    }

    private static void RunMsetNx(CommandContext call, RespWriter reply)
    {
        if (ArePairs(call, reply, "msetnx"))
            reply.WriteInteger(call.Session.SetMany(call.Args.From(1), SetCondition.IfMissing) ? 1 : 0);
    }

    private static bool ArePairs(CommandContext call, RespWriter reply, string name)
    {
        if (call.Args.Count % 2 != 0) return true;
        call.Fail(reply, Errors.WrongArity(name));
        return false;
    }
}
