using System.Globalization;
using System.Text;
using Bitmapist.Analytics;
using Bitmapist.Analytics.Cohorts;
using Bitmapist.Analytics.Expressions;
using Bitmapist.Analytics.Periods;
using Bitmapist.Engine;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>BM.COHORT: a retention table in one command; docs/expressions.md.</summary>
internal static class CohortCommand
{
    private const int FirstOption = 3;

    public static readonly CommandSpec Spec = new("bm.cohort", -3, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Replies a retention table: of those who did one thing in a period, how many did another, and when.",
        Group = "bitmapist", Since = "0.1.0", Follows = "none", Categories = "read bitmap slow bitmapist",
        Arguments = "first:string return:string [BY (DAY | WEEK | MONTH | YEAR)] [ROWS rows:integer] " +
            "[AFTER periods:integer] [LAST date:string] [UNBOUNDED] [LAYOUT (V3 | V4)] [PREFIX prefix:string]",
        MovableKeys = [("For the keys of the events", "RO access")], NamedKeysOf = KeysOf,
        Complexity = "O(chunks of 65,536 ids of a row) for each cell",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        CohortPlan plan;
        try
        {
            if (Read(call.Args) is not { } question)
            {
                call.Fail(reply, Errors.Syntax);
                return;
            }

            if (question.Rows * (question.PeriodsAfter + 1) > AnalyticsLimits.CellsMax)
            {
                call.Fail(reply, Errors.Cells);
                return;
            }

            plan = question.Plan(call.TakeMoment());
        }
        catch (ExpressionException fault)
        {
            call.Fail(reply, Errors.Expression(fault));
            return;
        }
        catch (ArgumentOutOfRangeException)
        {
            call.Fail(reply, Errors.Years);
            return;
        }

        FrozenKeys keys = FrozenKeys.Of(call.Session, [.. plan.Keys]);
        call.Defer(new CohortReply(plan, keys, () => !call.Client.IsCutOff));
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> KeysOf(ArgumentList args, DateTime now)
    {
        try
        {
            return Read(args)?.Plan(now).Keys ?? [];
        }
        catch (Exception fault) when (fault is ExpressionException or ArgumentOutOfRangeException)
        {
            return []; // the call fails when it runs
        }
    }

    private static CohortQuestion? Read(ArgumentList args)
    {
        var question = new CohortQuestion
        {
            First = Encoding.Latin1.GetString(args[1]), Return = Encoding.Latin1.GetString(args[2]),
            Names = new EventKeys(EventKeys.PrefixV3),
        };
        for (int i = FirstOption; i < args.Count; i++)
        {
            bool hasValue = i + 1 < args.Count;
            if (args.Is(i, "unbounded"u8)) question = question with { IsUnbounded = true };
            else if (hasValue && args.Is(i, "by"u8) && TryReadUnit(args, ++i, out PeriodUnit unit))
                question = question with { Unit = unit };
            else if (hasValue && args.Is(i, "rows"u8)
                && TryReadNumber(args, ++i, 1, AnalyticsLimits.RowsMax, out int rows))
                question = question with { Rows = rows };
            else if (hasValue && args.Is(i, "after"u8)
                && TryReadNumber(args, ++i, 0, AnalyticsLimits.PeriodsAfterMax, out int after))
                question = question with { PeriodsAfter = after };
            else if (hasValue && args.Is(i, "last"u8) && TryReadDate(args[++i], out DateTime last))
                question = question with { Last = last };
            else if (EventLayout.TryRead(args, ref i, out string? prefix))
                question = question with { Names = new EventKeys(prefix) };
            else return null;
        }

        return question;
    }

    private static bool TryReadUnit(ArgumentList args, int index, out PeriodUnit unit)
    {
        PeriodUnit? read =
            args.Is(index, "day"u8) ? PeriodUnit.Day
            : args.Is(index, "week"u8) ? PeriodUnit.Week
            : args.Is(index, "month"u8) ? PeriodUnit.Month
            : args.Is(index, "year"u8) ? PeriodUnit.Year
            : null;
        unit = read ?? default;
        return read is not null;
    }

    private static bool TryReadNumber(ArgumentList args, int index, int min, int max, out int number)
    {
        bool isInteger = args.TryGetInteger(index, out long given) && given >= min && given <= max;
        number = isInteger ? (int)given : 0;
        return isInteger;
    }

    private static bool TryReadDate(ReadOnlySpan<byte> text, out DateTime date) => DateTime.TryParseExact(
        Encoding.Latin1.GetString(text), "yyyy-M-d", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);

    /// <summary>A row: the first day of its period, its size, its cells.</summary>
    private sealed class CohortReply(CohortPlan plan, FrozenKeys keys, Func<bool> isWanted) : DeferredReply
    {
        private const int CellBytes = 13;
        private const int HeldCellBytes = 16;
        private readonly long _cells = (long)plan.Cohorts.Count * (plan.Columns + 3);
        private CohortPlan? _plan = plan;
        private FrozenKeys? _keys = keys;
        private CohortRow?[]? _rows;
        private int _next;

        public override long Cost { get; } = plan.Cost(keys.Costs);

        public override long LengthBytes => _cells * CellBytes;

        public override long HeldBytes => _rows is null ? 0 : _cells * HeldCellBytes;

        public override bool IsForItselfAlone => true;

        public override Task? Preparation(BackgroundThreads workers) => _keys?.PrepareAsync(workers);

        protected override void Compute()
        {
            _rows = [.. _plan!.Compute(_keys!.Evaluation(isWanted))];
            _keys = null; // one among many replies that wait must not keep bitmaps alive
            _plan = null;
        }

        protected override bool WritePiece(RespWriter reply)
        {
            if (_next == 0) reply.WriteArrayHeader(_rows!.Length);
            CohortRow row = _rows![_next]!;
            _rows[_next++] = null;
            reply.WriteArrayHeader(row.Cells.Count + 2);
            reply.WriteBulkString(row.Period.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            reply.WriteInteger(row.Size);
            foreach (long? cell in row.Cells)
            {
                if (cell is { } count) reply.WriteInteger(count);
                else reply.WriteNull();
            }

            return _next < _rows.Length;
        }
    }
}
