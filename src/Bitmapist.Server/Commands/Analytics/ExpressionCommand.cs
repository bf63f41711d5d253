using System.Text;
using Bitmapist.Analytics.Expressions;
using Bitmapist.Analytics.Periods;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>BM.EXPR: a question in one line over keys and events; docs/expressions.md.</summary>
internal static class ExpressionCommand
{
    private const long IdsEnd = 1L << 32;
    private const int Expression = 1;

    public static readonly CommandSpec Spec = new("bm.expr", -2, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Counts, or replies, the ids of an expression over keys and events in periods.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        Arguments = "expression:string [COUNT | IDS [CURSOR cursor:integer] [LIMIT count:integer]] " +
            "[LAYOUT (V3 | V4)] [PREFIX prefix:string]",
        MovableKeys = [("For the keys that the expression names", "RO access")], NamedKeysOf = KeysOf,
        Complexity = "O(chunks of 65,536 ids of all keys)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (Options.Read(args) is not { } options)
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        ParsedExpression parsed;
        try
        {
            parsed = Parse(args, options.Prefix, call.TakeMoment());
        }
        catch (ExpressionException fault)
        {
            call.Fail(reply, Errors.Expression(fault));
            return;
        }

        FrozenKeys keys = FrozenKeys.Of(call.Session, [.. parsed.Keys]);
        long cost = keys.Costs.Of(parsed.Root);
        bool IsWanted() => !call.Client.IsCutOff;
        if (!options.WantsIds)
        {
            call.Defer(new NumberReply(
                cost, () => keys.Evaluation(IsWanted).CountOf(parsed.Root), keys.PrepareAsync, isComputation: true));
            return;
        }

        var source = new IdSource(
            cost, Math.Min(options.Limit, keys.IdsEnd), () => keys.Evaluation(IsWanted).IdsOf(parsed.Root),
            keys.PrepareAsync);
        call.Defer(new IdsReply(source, _ => new IdWindow(options.Cursor ?? 0, options.Limit,
            HasCursor: options.Cursor is not null)));
    }

    /// <summary>The keys that a call names; none of one that cannot be read, which fails when it runs.</summary>
    private static IReadOnlyList<ReadOnlyMemory<byte>> KeysOf(ArgumentList args, DateTime now)
    {
        try
        {
            return Options.Read(args) is { } options ? Parse(args, options.Prefix, now).Keys : [];
        }
        catch (ExpressionException)
        {
            return [];
        }
    }

    private static ParsedExpression Parse(ArgumentList args, string prefix, DateTime now) =>
        ExpressionParser.Parse(Encoding.Latin1.GetString(args[Expression]), new EventKeys(prefix), now);

    /// <summary>The arguments after the expression.</summary>
    private sealed record Options(bool WantsIds, uint? Cursor, long Limit, string Prefix)
    {
        public static Options? Read(ArgumentList args)
        {
            var options = new Options(false, null, IdsEnd, EventKeys.PrefixV3);
            bool isCount = false, hasLimit = false;
            for (int i = Expression + 1; i < args.Count; i++)
            {
                bool hasValue = i + 1 < args.Count;
                if (args.Is(i, "count"u8)) isCount = true;
                else if (args.Is(i, "ids"u8)) options = options with { WantsIds = true };
                else if (hasValue && args.Is(i, "cursor"u8) && args.TryGetBitOffset(++i, out uint cursor))
                    options = options with { Cursor = cursor };
                else if (hasValue && args.Is(i, "limit"u8) && args.TryGetInteger(++i, out long limit) && limit > 0)
                {
                    hasLimit = true;
                    options = options with { Limit = limit };
                }
                else if (hasValue && EventLayout.TryRead(args, ref i, out string? prefix))
                    options = options with { Prefix = prefix };
                else return null;
            }

            bool isOfIds = options.Cursor is not null || hasLimit;
            return options.WantsIds ? (isCount ? null : options) : (isOfIds ? null : options);
        }
    }
}
