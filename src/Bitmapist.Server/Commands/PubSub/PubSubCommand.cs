using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using Bitmapist.Server.PubSub;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.PubSub;

/// <summary>redis.io/commands/pubsub-channels and its siblings</summary>
internal static class PubSubCommand
{
    public static readonly CommandSpec Spec = Containers.Declare("pubsub", CommandFlags.None) with
    {
        Summary = "A container for commands about channels.",
        Group = "pubsub", Since = "2.8.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("channels", -2, "2.8.0", "Replies the channels that have subscribers.", RunChannels) with
            {
                Arguments = "[pattern:pattern]", Complexity = "O(channels)",
            },
            Declare("numsub", -2, "2.8.0", "Replies how many subscribers channels have.", RunCounts) with
            {
                Arguments = "[channel...]", Complexity = "O(channels given)",
            },
            Declare("numpat", 2, "2.8.0", "Replies how many patterns are subscribed to.", RunPatterns),
            Declare("shardchannels", -2, "7.0.0", "Replies the channels of SSUBSCRIBE.", RunShardChannels) with
            {
                Arguments = "[pattern:pattern]", Complexity = "O(channels)",
            },
            Declare("shardnumsub", -2, "7.0.0", "Replies how many used SSUBSCRIBE for channels.", RunShardCounts) with
            {
                Arguments = "[shardchannel...]", Complexity = "O(channels given)",
            },
            Containers.Help("pubsub") with { Since = "6.2.0", Group = "pubsub", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, string since, string summary, CommandRunner run) =>
        new(name, arity, CommandFlags.PubSub | Loading | Stale, KeySpec.None, run)
        {
            Summary = summary, Group = "pubsub", Since = since, Categories = "pubsub slow",
        };

    private static void RunChannels(CommandContext call, RespWriter reply) =>
        WriteNames(call, reply, ChannelKind.Channel);

    private static void RunShardChannels(CommandContext call, RespWriter reply) =>
        WriteNames(call, reply, ChannelKind.Shard);

    private static void RunPatterns(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Server.Channels.Count(ChannelKind.Pattern));

    private static void RunCounts(CommandContext call, RespWriter reply) =>
        WriteCounts(call, reply, ChannelKind.Channel);

    private static void RunShardCounts(CommandContext call, RespWriter reply) =>
        WriteCounts(call, reply, ChannelKind.Shard);

    private static void WriteNames(CommandContext call, RespWriter reply, ChannelKind kind)
    {
        ArgumentList args = call.Args;
        GlobPattern? pattern = null;
        if (args.Count > 3)
        {
            ReadOnlySpan<byte> error = "ERR unknown subcommand or wrong number of arguments for '"u8;
            call.Fail(reply, [.. error, .. args.UpToNul(1), .. "'. Try PUBSUB HELP."u8]);
            return;
        }

        if (args.Count == 3 && !GlobPattern.TryCompile(args[2], out pattern))
        {
            call.Fail(reply, Errors.PatternTooLong);
            return;
        }

        List<byte[]> names = call.Server.Channels.Names(kind, pattern);
        reply.WriteArrayHeader(names.Count);
        foreach (byte[] name in names) reply.WriteBulkString(name);
    }

    private static void WriteCounts(CommandContext call, RespWriter reply, ChannelKind kind)
    {
        ArgumentList args = call.Args;
        reply.WriteArrayHeader(2 * (args.Count - 2));
        for (int i = 2; i < args.Count; i++)
        {
            reply.WriteBulkString(args[i]);
            reply.WriteInteger(call.Server.Channels.CountReceivers(kind, args[i]));
        }
    }
}
