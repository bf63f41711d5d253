using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>BM.IDS, BM.RANGE, BM.RANK and BM.SELECT: the ids of one key, and their places in its order.</summary>
internal static class IdReads
{
    private const long IdsEnd = 1L << 32;

    public static readonly CommandSpec Ids = new("bm.ids", -2, ReadOnly, KeySpec.FirstArgument, RunIds)
    {
        Summary = "Replies a key's ids in ascending order, from an id on and up to a number of them.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "key [FROM id:integer] [LIMIT count:integer]",
        Complexity = "O(ids replied + chunks of 65,536 ids)",
    };

    public static readonly CommandSpec Range = new("bm.range", 4, ReadOnly, KeySpec.FirstArgument, RunRange)
    {
        Summary = "Replies the ids between two places in a key's ascending order; -1 is the last.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "key start:integer stop:integer", Complexity = "O(ids replied + chunks of 65,536 ids)",
    };

    public static readonly CommandSpec Rank = new("bm.rank", 3, ReadOnly, KeySpec.FirstArgument, RunRank)
    {
        Summary = "Replies how many of a key's ids are not greater than an id.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "key id:integer", Complexity = "O(chunks of 65,536 ids)",
    };

    public static readonly CommandSpec Select = new("bm.select", 3, ReadOnly, KeySpec.FirstArgument, RunSelect)
    {
        Summary = "Replies the id at a place in a key's ascending order, 0 being the first; -1 is the last.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "key place:integer", Complexity = "O(chunks of 65,536 ids)",
    };

    private static void RunIds(CommandContext call, RespWriter reply)
    {
        uint from = 0;
        long limit = IdsEnd;
        ArgumentList args = call.Args;
        for (int i = 2; i < args.Count; i += 2)
        {
            bool hasValue = i + 1 < args.Count;
            if (hasValue && args.Is(i, "from"u8))
            {
                if (args.TryGetBitOffset(i + 1, out from)) continue;
                call.Fail(reply, Errors.Id);
            }
            else if (hasValue && args.Is(i, "limit"u8))
            {
                if (args.TryGetInteger(i + 1, out limit) && limit >= 0) continue;
                call.Fail(reply, Errors.NotPositive);
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
            }

            return;
        }

        var window = new IdWindow(from, limit);
        call.Defer(new IdsReply(SourceOf(call, limit), _ => window));
    }

    private static void RunRange(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetInteger(2, out long start) || !call.Args.TryGetInteger(3, out long stop))
            call.Fail(reply, Errors.NotAnInteger);
        else
            call.Defer(new IdsReply(SourceOf(call, IdsEnd), count => Between(start, stop, count)));
    }

    /// <summary>Places as LRANGE has them: negative ones count from the end, and those outside are cut off.</summary>
    private static IdWindow Between(long start, long stop, long count)
    {
        start = Math.Max(0, start < 0 ? start + count : start);
        stop = Math.Min(count - 1, stop < 0 ? stop + count : stop);
        return new IdWindow(start, Math.Max(0, stop - start + 1), IsByRank: true);
    }

    private static void RunRank(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetBitOffset(2, out uint id))
        {
            call.Fail(reply, Errors.Id);
            return;
        }

        IdSource source = SourceOf(call, 0);
        call.Defer(new NumberReply(
            source.Cost, () => source.Make().CountRange(0, id + 1L), source.PrepareAsync, isComputation: true));
    }

    private static void RunSelect(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetInteger(2, out long place)) call.Fail(reply, Errors.NotAnInteger);
        else call.Defer(new SelectReply(SourceOf(call, 0), place));
    }

    private static IdSource SourceOf(CommandContext call, long limit)
    {
        if (!call.Session.TryGet(call.Args[1], out StringValue value)) value = StringValue.Empty;
        PendingBits ids = value.Pending;
        const int ChunksAtOnce = 64; // to add up the cardinalities of so many is less than to visit one
        return new IdSource(
            ids.IsReady ? 1 + (ids.Cost / ChunksAtOnce) : ids.Cost, Math.Min(limit, value.LengthBytes * 8), ids.Force,
            ids.PrepareAsync);
    }

    /// <summary>One id, or null.</summary>
    private sealed class SelectReply(IdSource source, long place) : DeferredReply
    {
        private IdSource? _source = source;
        private uint? _id;

        public override long Cost { get; } = source.Cost;

        public override bool IsComputation => true;

        public override Task? Preparation(Engine.BackgroundThreads workers) => _source?.PrepareAsync(workers);

        protected override void Compute()
        {
            Roaring.ReadOnlyBitmap ids = _source!.Value.Make();
            long rank = place < 0 ? place + ids.Cardinality : place;
            if (rank >= 0 && ids.TrySelect(rank, out uint id)) _id = id;
            _source = null; // one among many replies that wait must not keep bitmaps alive
        }

        protected override bool WritePiece(RespWriter reply)
        {
            if (_id is { } id) reply.WriteInteger(id);
            else reply.WriteNull();
            return false;
        }
    }
}
