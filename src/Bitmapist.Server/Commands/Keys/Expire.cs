using System.Text;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/expire, pexpire, expireat and pexpireat</summary>
internal static class Expire
{
    public static readonly CommandSpec Seconds = Declare(
        "expire", "1.0.0", "in so many seconds", "seconds:integer",
        new ExpiryUnit(IsInSeconds: true, IsAbsolute: false));

    public static readonly CommandSpec Milliseconds = Declare(
        "pexpire", "2.6.0", "in so many milliseconds", "milliseconds:integer",
        new ExpiryUnit(IsInSeconds: false, IsAbsolute: false));

    public static readonly CommandSpec AtSeconds = Declare(
        "expireat", "1.2.0", "at a unix time in seconds", "unix-time-seconds:unix-time",
        new ExpiryUnit(IsInSeconds: true, IsAbsolute: true));

    public static readonly CommandSpec AtMilliseconds = Declare(
        "pexpireat", "2.6.0", "at a unix time in milliseconds", "unix-time-milliseconds:unix-time",
        new ExpiryUnit(IsInSeconds: false, IsAbsolute: true));

    private static CommandSpec Declare(string name, string since, string when, string argument, ExpiryUnit unit) =>
        new(name, -3, Write | Fast, KeySpec.FirstArgument, (call, reply) => Run(call, reply, name, unit))
        {
            Summary = $"Lets a key expire {when}, under a condition if asked.",
            Since = since, Categories = "keyspace write fast", KeyAccess = "RW update",
            Arguments = $"key {argument} [NX | XX | GT | LT]",
        };

    private static void Run(CommandContext call, RespWriter reply, string name, ExpiryUnit unit)
    {
        ArgumentList args = call.Args;
        if (!TryReadCondition(call, reply, out ExpireCondition condition)) return;
        if (!args.TryGetInteger(2, out long time)) call.Fail(reply, Errors.NotAnInteger);
        else if (!unit.TryToUnixMs(time, call.Session.NowUnixMs, out long unixMs))
            call.Fail(reply, Encoding.ASCII.GetBytes($"ERR invalid expire time in '{name}' command"));
        else reply.WriteInteger(call.Session.ExpireAt(args[1], unixMs, condition) ? 1 : 0);
    }

    private static bool TryReadCondition(CommandContext call, RespWriter reply, out ExpireCondition condition)
    {
        ArgumentList args = call.Args;
        condition = ExpireCondition.None;
        for (int i = 3; i < args.Count; i++)
        {
            ExpireCondition option =
                args.Is(i, "nx"u8) ? ExpireCondition.IfNone
                : args.Is(i, "xx"u8) ? ExpireCondition.IfAny
                : args.Is(i, "gt"u8) ? ExpireCondition.IfLater
                : args.Is(i, "lt"u8) ? ExpireCondition.IfEarlier
                : ExpireCondition.None;
            if (option == ExpireCondition.None)
            {
                // Redis formats the option as a C string and trims line ends behind it.
                ReadOnlySpan<byte> given = args[i];
                int end = given.IndexOf((byte)0);
                given = (end < 0 ? given : given[..end]).TrimEnd("\r\n"u8);
                call.Fail(reply, [.. "ERR Unsupported option "u8, .. given]);
                return false;
            }

            condition |= option;
        }

        const ExpireCondition Others = ExpireCondition.IfAny | ExpireCondition.IfLater | ExpireCondition.IfEarlier;
        const ExpireCondition Both = ExpireCondition.IfLater | ExpireCondition.IfEarlier;
        if (condition.HasFlag(ExpireCondition.IfNone) && (condition & Others) != 0)
            call.Fail(reply, Errors.NxWithOthers);
        else if ((condition & Both) == Both) call.Fail(reply, Errors.GtWithLt);
        else return true;
        return false;
    }
}

/// <summary>How a client writes an expiry time: in seconds or milliseconds, from now on or since 1970.</summary>
internal readonly record struct ExpiryUnit(bool IsInSeconds, bool IsAbsolute)
{
    /// <summary>Reads the option EX, PX, EXAT or PXAT.</summary>
    public static bool TryReadOption(ArgumentList args, int index, out ExpiryUnit unit)
    {
        bool isInSeconds = args.Is(index, "ex"u8) || args.Is(index, "exat"u8);
        bool isAbsolute = args.Is(index, "exat"u8) || args.Is(index, "pxat"u8);
        unit = new ExpiryUnit(isInSeconds, isAbsolute);
        return isInSeconds || isAbsolute || args.Is(index, "px"u8);
    }

    /// <summary>The time in unix milliseconds; false when it does not fit 64 bits. May be negative.</summary>
    public bool TryToUnixMs(long time, long nowUnixMs, out long unixMs)
    {
        unixMs = time;
        if (IsInSeconds)
        {
            if (time is > long.MaxValue / 1000 or < long.MinValue / 1000) return false;
            unixMs = time * 1000;
        }

        if (IsAbsolute) return true;
        if (unixMs > long.MaxValue - nowUnixMs) return false;
        unixMs += nowUnixMs;
        return true;
    }
}

/// <summary>redis.io/commands/ttl, pttl, expiretime and pexpiretime</summary>
internal static class TimeToLive
{
    private static readonly string[] s_relativeTips = ["nondeterministic_output"];

    public static readonly CommandSpec Ttl = Declare(
        "ttl", "1.0.0", "the seconds a key has left", s_relativeTips, (at, now) => (Left(at, now) + 500) / 1000);

    public static readonly CommandSpec Pttl =
        Declare("pttl", "2.6.0", "the milliseconds a key has left", s_relativeTips, Left);

    public static readonly CommandSpec ExpireTime = Declare(
        "expiretime", "7.0.0", "the unix time in seconds at which a key expires", [], (at, _) => (at + 500) / 1000);

    public static readonly CommandSpec PexpireTime = Declare(
        "pexpiretime", "7.0.0", "the unix time in milliseconds at which a key expires", [], (at, _) => at);

    private static long Left(long at, long now) => Math.Max(0, at - now);

    private static CommandSpec Declare(
        string name, string since, string what, string[] tips, Func<long, long, long> convert) =>
        new(name, 2, ReadOnly | Fast, KeySpec.FirstArgument, (call, reply) => Run(call, reply, convert))
        {
            Summary = $"Replies {what}; -1 when it stays, -2 when there is no such key.",
            Since = since, Categories = "keyspace read fast", KeyAccess = "RO access", Arguments = "key", Tips = tips,
        };

    private static void Run(CommandContext call, RespWriter reply, Func<long, long, long> convert)
    {
        long expiresAt = call.Session.ExpiresAt(call.Args[1], out long now);
        reply.WriteInteger(expiresAt < 0 ? expiresAt : convert(expiresAt, now));
    }
}
