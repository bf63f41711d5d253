using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/keys: names are gathered at one instant and matched outside the locks.</summary>
internal static class Names
{
    public static readonly CommandSpec Spec = new("keys", 2, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Replies the names of the keys that match a pattern.",
        Categories = "keyspace read slow dangerous", Complexity = "O(keys)", Arguments = "pattern:pattern",
        Tips = ["request_policy:all_shards", "nondeterministic_output_order"],
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        call.Defer(new NamesReply(call.Session.Names(), call.Args[1].ToArray()));

    private sealed class NamesReply(List<byte[]> names, byte[] pattern) : DeferredReply
    {
        private const int NamesPerChunk = 64; // about what visiting a chunk of a bitmap costs
        private readonly List<byte[]> _matching = [];

        public override long Cost => names.Count / NamesPerChunk;

        public override void Compute()
        {
            foreach (byte[] name in names)
                if (GlobPattern.IsMatch(pattern, name)) _matching.Add(name);
        }

        protected override void Write(RespWriter reply)
        {
            reply.WriteArrayHeader(_matching.Count);
            foreach (byte[] name in _matching) reply.WriteBulkString(name);
        }
    }
}
