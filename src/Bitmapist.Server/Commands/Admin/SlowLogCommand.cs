using Bitmapist.Resp.Writing;
using Bitmapist.Server.Timing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/slowlog-get and its siblings</summary>
internal static class SlowLogCommand
{
    private const int CountDefault = 10;

    public static readonly CommandSpec Spec = Containers.Declare("slowlog", CommandFlags.None) with
    {
        Summary = "A container for commands about calls that took long.",
        Group = "server", Since = "2.2.12", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("get", -2, RunGet, "Replies the newest calls that took long.") with
            {
                Arguments = "[count:integer]", Complexity = "O(calls replied)",
                Tips = ["request_policy:all_nodes", "nondeterministic_output"],
            },
            Declare("len", 2, RunLength, "Replies how many calls that took long are kept.") with
            {
                Tips = ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
            },
            Declare("reset", 2, RunReset, "Forgets the calls that took long.") with
            {
                Complexity = "O(calls kept)", Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Containers.Help("slowlog") with { Since = "6.2.0", Group = "server", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, CommandFlags.Admin | Loading | Stale, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "2.2.12", Categories = "admin slow dangerous",
        };

    private static void RunGet(CommandContext call, RespWriter reply)
    {
        long count = CountDefault;
        if (call.Args.Count > 3)
        {
            ReadOnlySpan<byte> error = "ERR unknown subcommand or wrong number of arguments for '"u8;
            call.Fail(reply, [.. error, .. call.Args.UpToNul(1), .. "'. Try SLOWLOG HELP."u8]);
            return;
        }

        if (call.Args.Count == 3)
        {
            if (!call.Args.TryGetInteger(2, out count) || count is < -1 or > int.MaxValue)
            {
                call.Fail(reply, "ERR count should be greater than or equal to -1"u8);
                return;
            }

            if (count == -1) count = long.MaxValue;
        }

        List<SlowCall> calls = call.Server.SlowCalls.Latest(count);
        reply.WriteArrayHeader(calls.Count);
        foreach (SlowCall slow in calls) Write(reply, slow);
    }

    private static void Write(RespWriter reply, SlowCall slow)
    {
        reply.WriteArrayHeader(6);
        reply.WriteInteger(slow.Id);
        reply.WriteInteger(slow.UnixSeconds);
        reply.WriteInteger(slow.Microseconds);
        reply.WriteArrayHeader(slow.Arguments.Count);
        foreach (byte[] argument in slow.Arguments) reply.WriteBulkString(argument);
        reply.WriteBulkString(slow.ClientAddress);
        reply.WriteBulkString(slow.ClientName);
    }

    private static void RunLength(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Server.SlowCalls.Count);

    private static void RunReset(CommandContext call, RespWriter reply)
    {
        call.Server.SlowCalls.Clear();
        reply.WriteOk();
    }
}
