using Bitmapist.Resp.Writing;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.State;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.PubSub;

/// <summary>redis.io/commands/subscribe and its siblings</summary>
internal static class Subscribe
{
    private const CommandFlags Flags = CommandFlags.PubSub | NoScript | Loading | Stale | WhileSubscribed;

    public static readonly CommandSpec Channels = Declare(
        "subscribe", -2, "2.0.0", "Sends the connection what is published to channels from now on.", "channel...",
        (call, reply) => Run(call, reply, ChannelKind.Channel, "subscribe"u8)) with { Channels = ChannelUse.All };

    public static readonly CommandSpec Patterns = Declare(
        "psubscribe", -2, "2.0.0", "Sends the connection what is published to channels that match patterns.",
        "pattern:pattern...", (call, reply) => Run(call, reply, ChannelKind.Pattern, "psubscribe"u8)) with
    {
        Channels = ChannelUse.AllPatterns,
    };

    public static readonly CommandSpec Shards = Declare(
        "ssubscribe", -2, "7.0.0", "Sends the connection what SPUBLISH publishes to channels.", "shardchannel...",
        (call, reply) => Run(call, reply, ChannelKind.Shard, "ssubscribe"u8)) with
    {
        Keys = KeySpec.AllArguments, KeyAccess = "not_key", Channels = ChannelUse.All,
    };

    public static readonly CommandSpec EndChannels = Declare(
        "unsubscribe", -1, "2.0.0", "Ends subscriptions to channels, to all if none is given.", "[channel...]",
        (call, reply) => RunEnd(call, reply, ChannelKind.Channel, "unsubscribe"u8));

    public static readonly CommandSpec EndPatterns = Declare(
        "punsubscribe", -1, "2.0.0", "Ends subscriptions to patterns, to all if none is given.",
        "[pattern:pattern...]", (call, reply) => RunEnd(call, reply, ChannelKind.Pattern, "punsubscribe"u8));

    public static readonly CommandSpec EndShards = Declare(
        "sunsubscribe", -1, "7.0.0", "Ends subscriptions of SSUBSCRIBE, all if none is given.", "[shardchannel...]",
        (call, reply) => RunEnd(call, reply, ChannelKind.Shard, "sunsubscribe"u8)) with
    {
        Keys = KeySpec.AllArguments, KeyAccess = "not_key",
    };

    private static CommandSpec Declare(
        string name, int arity, string since, string summary, string arguments, CommandRunner run) =>
        new(name, arity, Flags, KeySpec.None, run)
        {
            Summary = summary, Group = "pubsub", Since = since, Categories = "pubsub slow", Arguments = arguments,
            Complexity = "O(channels given)",
        };

    private static void Run(CommandContext call, RespWriter reply, ChannelKind kind, ReadOnlySpan<byte> word)
    {
        ClientState client = call.Client;
        for (int i = 1; i < call.Args.Count; i++)
        {
            if (!call.Server.Channels.TrySubscribe(client.Subscriptions, kind, call.Args[i]))
            {
                call.Fail(reply, Errors.PatternTooLong);
                continue;
            }

            client.Modes |= ClientModes.Subscriber;
            Confirm(reply, word, call.Args[i], Count(client, kind));
        }
    }

    private static void RunEnd(CommandContext call, RespWriter reply, ChannelKind kind, ReadOnlySpan<byte> word)
    {
        ClientState client = call.Client;
        if (call.Args.Count == 1 && client.CountSubscriptions(kind) == 0)
        {
            reply.WritePushHeader(3);
            reply.WriteBulkString(word);
            reply.WriteNull();
            reply.WriteInteger(Count(client, kind));
            return;
        }

        if (call.Args.Count == 1)
        {
            foreach (byte[] name in client.Subscriptions.NamesOf(kind).ToArray()) End(call, reply, kind, word, name);
        }
        else
        {
            for (int i = 1; i < call.Args.Count; i++) End(call, reply, kind, word, call.Args[i]);
        }

        bool isSubscriber = Count(client, ChannelKind.Channel) + Count(client, ChannelKind.Shard) > 0;
        if (!isSubscriber) client.Modes &= ~ClientModes.Subscriber;
    }

    private static void End(
        CommandContext call, RespWriter reply, ChannelKind kind, ReadOnlySpan<byte> word, ReadOnlySpan<byte> name)
    {
        call.Server.Channels.Unsubscribe(call.Client.Subscriptions, kind, name);
        // What was sent before the end comes before the client is told of it.
        if (!call.IsInTransaction) call.Client.WritePushes(reply);
        Confirm(reply, word, name, Count(call.Client, kind));
    }

    private static void Confirm(RespWriter reply, ReadOnlySpan<byte> word, ReadOnlySpan<byte> name, int count)
    {
        reply.WritePushHeader(3);
        reply.WriteBulkString(word);
        reply.WriteBulkString(name);
        reply.WriteInteger(count);
    }

    /// <summary>Channels and patterns are counted together, channels of shards by themselves.</summary>
    private static int Count(ClientState client, ChannelKind kind) => kind == ChannelKind.Shard
        ? client.CountSubscriptions(ChannelKind.Shard)
        : client.CountSubscriptions(ChannelKind.Channel) + client.CountSubscriptions(ChannelKind.Pattern);
}
