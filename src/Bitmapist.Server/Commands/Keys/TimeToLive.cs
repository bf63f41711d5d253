using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

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
