using Bitmapist.Engine;
using Bitmapist.Resp.Writing;
using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>BM.CARD and BM.JACCARD: figures of several sets, without a result that is stored.</summary>
internal static class SetCounts
{
    private const int FirstKey = 2;

    public static readonly CommandSpec Card = new("bm.card", -3, ReadOnly, KeySpec.FromSecondArgument, RunCard)
    {
        Summary = "Counts the ids of the result of a set operation between keys, without storing it.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "(AND | OR | XOR | DIFF) key...", Complexity = "O(chunks of 65,536 ids)",
    };

    public static readonly CommandSpec Jaccard = new("bm.jaccard", 3, ReadOnly, KeySpec.FirstTwoArguments, RunJaccard)
    {
        Summary = "Replies how much of two keys' ids they have in common: from 0 for none to 1 for all.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        KeyAccess = "RO access",
        Arguments = "key key", Complexity = "O(chunks of 65,536 ids)",
    };

    private delegate long Counter(params ReadOnlySpan<ReadOnlyBitmap> sets);

    private static void RunCard(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        Counter? count =
            args.Is(1, "and"u8) ? BitmapAlgebra.AndCardinality
            : args.Is(1, "or"u8) ? BitmapAlgebra.OrCardinality
            : args.Is(1, "xor"u8) ? BitmapAlgebra.XorCardinality
            : args.Is(1, "diff"u8) ? static sets => BitmapAlgebra.AndNotCardinality(sets[0], sets[1..])
            : null;
        if (count is null)
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        FrozenKeys keys = FrozenKeys.Of(call.Session, args.From(FirstKey));
        call.Defer(new NumberReply(keys.Cost, () => count(keys.Ids()), keys.PrepareAsync, isComputation: true));
    }

    private static void RunJaccard(CommandContext call, RespWriter reply) =>
        call.Defer(new JaccardReply(FrozenKeys.Of(call.Session, call.Args.From(1))));

    /// <summary>The size of the intersection by that of the union; null where both are empty.</summary>
    private sealed class JaccardReply(FrozenKeys keys) : DeferredReply
    {
        private FrozenKeys? _keys = keys;
        private double? _share;

        public override long Cost { get; } = keys.Cost;

        public override bool IsComputation => true;

        public override Task? Preparation(BackgroundThreads workers) => _keys?.PrepareAsync(workers);

        protected override void Compute()
        {
            ReadOnlyBitmap[] sets = _keys!.Ids();
            long common = BitmapAlgebra.AndCardinality(sets);
            long all = sets[0].Cardinality + sets[1].Cardinality - common;
            if (all > 0) _share = (double)common / all;
            _keys = null; // one among many replies that wait must not keep bitmaps alive
        }

        protected override bool WritePiece(RespWriter reply)
        {
            if (_share is { } share) reply.WriteDouble(share);
            else reply.WriteNull();
            return false;
        }
    }
}
