using Bitmapist.Engine.Names;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>
/// redis.io/commands/keys: names as of one instant, read and matched outside the locks; of a pattern that begins with
/// plain characters only the names that begin with these.
/// </summary>
internal static class Names
{
    public static readonly CommandSpec Spec = new("keys", 2, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Replies the names of the keys that match a pattern.",
        Categories = "keyspace read slow dangerous", Arguments = "pattern:pattern",
        Complexity = "O(keys that begin as the pattern does)",
        Tips = ["request_policy:all_shards", "nondeterministic_output_order"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (GlobPattern.TryCompile(call.Args[1], out GlobPattern? pattern))
            call.Defer(new NamesReply(call.Session.Names(pattern.LiteralPrefix), pattern));
        else call.Fail(reply, Errors.PatternTooLong);
    }

    private sealed class NamesReply(NameListing names, GlobPattern pattern) : DeferredReply
    {
        private NameList? _matching;

        public override long Cost => names.Cost * pattern.StepsPerByte;

        public override long LengthBytes => _matching?.LengthBytes ?? long.MaxValue; // it is unknown how many match

        public override long HeldBytes => _matching?.LengthBytes ?? 0;

        public override bool IsForItselfAlone => true;

        protected override void Compute()
        {
            var matching = new List<byte[]>();
            foreach (byte[] name in names.Read())
                if (pattern.IsMatch(name)) matching.Add(name);
            _matching = new NameList(matching);
        }

        protected override bool WritePiece(RespWriter reply) => _matching!.WriteNext(reply);
    }
}

/// <summary>Names of keys as an array that is written piece by piece. One thread at a time.</summary>
internal sealed class NameList(List<byte[]> names)
{
    private const int FrameBytes = 16;
    private int _next = -1;

    /// <summary>Bytes of the array on the wire, about.</summary>
    public long LengthBytes { get; } = names.Sum(name => (long)name.Length + FrameBytes);

    /// <summary>Writes the next piece; what is written is dropped.</summary>
    /// <returns>Whether another piece follows.</returns>
    public bool WriteNext(RespWriter reply)
    {
        if (_next < 0)
        {
            reply.WriteArrayHeader(names.Count);
            _next = 0;
        }

        for (int bytes = 0; _next < names.Count && bytes < ServerLimits.StreamPieceBytes; _next++)
        {
            reply.WriteBulkString(names[_next]);
            bytes += names[_next].Length + FrameBytes;
            names[_next] = [];
        }

        return _next < names.Count;
    }
}
