using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.PubSub;

/// <summary>
/// redis.io/commands/publish and spublish. A client that is subscribed to what it publishes gets its own message before
/// the reply, as in Redis 7.0; but never in the middle of EXEC's reply, where 7.0 breaks the protocol: then behind it,
/// as in Redis since 7.2.
/// </summary>
internal static class Publish
{
    private const CommandFlags Flags = CommandFlags.PubSub | Loading | Stale | Fast;

    public static readonly CommandSpec Spec = new("publish", 3, Flags, KeySpec.None, Run)
    {
        Summary = "Sends a message to the subscribers of a channel; replies how many times it was sent.",
        Group = "pubsub", Since = "2.0.0", Categories = "pubsub fast", Arguments = "channel message",
        Channels = ChannelUse.First,
        Complexity = "O(subscribers of the channel + patterns)",
    };

    public static readonly CommandSpec ToShard = new("spublish", 3, Flags, KeySpec.FirstArgument, RunToShard)
    {
        Summary = "Sends a message to those who have used SSUBSCRIBE for a channel; replies how many.",
        Group = "pubsub", Since = "7.0.0", Categories = "pubsub fast", KeyAccess = "not_key",
        Arguments = "shardchannel message", Channels = ChannelUse.First, Complexity = "O(subscribers of the channel)",
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        Reply(call, reply, call.Server.Channels.Publish(call.Args[1], call.Args[2]));

    private static void RunToShard(CommandContext call, RespWriter reply) =>
        Reply(call, reply, call.Server.Channels.PublishToShard(call.Args[1], call.Args[2]));

    private static void Reply(CommandContext call, RespWriter reply, int sent)
    {
        if (call.Client.IsSubscriber && !call.IsInTransaction) call.Client.WritePushes(reply);
        reply.WriteInteger(sent);
    }
}
