using System.Globalization;
using Bitmapist.Client.Asking;
using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>
/// Asks for a table in two rounds: first what every row and every period has on its own, then the cells that can have
/// something. Each round is one batch, or a few for a table of thousands of cells.
/// </summary>
internal sealed class CohortBuilder(AskingContext context)
{
    /// <summary>bitmapist 3's table.</summary>
    public async Task<CohortTable> BuildAsync(CohortQuery query, CancellationToken cancellationToken)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        DateOnly[] dates = query.RowDates(DateOnly.FromDateTime(now.UtcDateTime));
        int columns = query.PeriodsAfter + 1;
        EventSet[] cohorts = Array.ConvertAll(dates, query.FirstIn);
        DateOnly[] periods = [.. Enumerable.Range(0, dates.Length + query.PeriodsAfter)
            .Select(period => query.Later(dates[0], period))];
        // Whether a cell has something to say depends on select2 alone, whatever must come with it.
        EventSet[] active = Array.ConvertAll(periods, query.ReturnAloneIn);
        EventSet[] returned = Array.ConvertAll(periods, query.ReturnIn);
        if (query.Retention == Retention.Unbounded)
        {
            DateOnly[] later = LaterPeriods(query, dates.Length * columns, periods, now);
            active = Unbounded(active, Array.ConvertAll(later, query.ReturnAloneIn));
            returned = query.ReturnAlso is null
                ? active : Unbounded(returned, Array.ConvertAll(later, query.ReturnIn));
        }

        var questions = new Questions(context);
        Answer<long>[] sizes = Array.ConvertAll(cohorts, questions.CountOf);
        Answer<bool>[] anybody = Array.ConvertAll(active, questions.AnyIn);
        await questions.SendWithinAsync(cancellationToken).WithoutPool();

        questions = new Questions(context);
        var rows = new PendingRow[dates.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            PendingRow pending = rows[row] = new PendingRow(
                dates[row], CohortText.Name(query.Unit, dates[row]), cohorts[row], sizes[row].Value);
            for (int after = 0; after < columns; after++)
            {
                int period = row + after;
                bool hasReturns = anybody[period].Value;
                pending.Add(
                    returned[period], pending.Size == 0 || !hasReturns ? null : questions,
                    query.PeriodOf(periods[period]), now, () => hasReturns);
            }
        }

        if (questions.Count > 0) await questions.SendWithinAsync(cancellationToken).WithoutPool();
        return new CohortTable(query.Unit, query.Values, columns, Array.ConvertAll(rows, row => row.Finish()));
    }

    /// <summary>bitmapist4's table.</summary>
    public async Task<CohortTable> BuildAsync(
        EventSet cohort, EventSet activity, int rowCount, int columns, CohortValues values,
        CancellationToken cancellationToken)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        EventSet[] cohorts = [.. Enumerable.Range(0, rowCount).Select(row => cohort.Shift(row - rowCount + 1))];
        var questions = new Questions(context);
        Answer<long>[] sizes = Array.ConvertAll(cohorts, questions.CountOf);
        await questions.SendWithinAsync(cancellationToken).WithoutPool();

        questions = new Questions(context);
        Dictionary<EventSet, Answer<bool>> anybody = [];
        var rows = new PendingRow[rowCount];
        for (int row = 0; row < rowCount; row++)
        {
            EventSet own = cohorts[row];
            // A flag has no date; its row is then that of the activity it is first compared with.
            DateTimeOffset start = (own.Period ?? activity.Shift(row - rowCount + 1).Period)?.Start ?? now;
            DateOnly date = DateOnly.FromDateTime(start.UtcDateTime);
            PendingRow pending = rows[row] = new PendingRow(date, CohortText.Day(date), own, sizes[row].Value);
            for (int after = 0; after < columns; after++)
            {
                EventSet back = activity.Shift(row - rowCount + 1 + after);
                if (back.Period?.Start >= now) break;
                if (!anybody.TryGetValue(back, out Answer<bool>? hasReturns))
                    anybody[back] = hasReturns = questions.AnyIn(back);
                pending.Add(back, questions, back.Period, now, () => hasReturns.Value);
            }
        }

        if (questions.Count > 0) await questions.SendWithinAsync(cancellationToken).WithoutPool();
        return new CohortTable(UnitOf(cohort, activity), values, columns, Array.ConvertAll(rows, row => row.Finish()));
    }

    /// <summary>
    /// For each period, those who came back in it or later, up to the present one: each is the period's own set and the
    /// result for the next, so a period costs one operation.
    /// </summary>
    private static EventSet[] Unbounded(EventSet[] inPeriod, EventSet[] later)
    {
        var unbounded = new EventSet[inPeriod.Length];
        unbounded[^1] = EventSet.Or([inPeriod[^1], .. later]);
        for (int period = inPeriod.Length - 2; period >= 0; period--)
            unbounded[period] = EventSet.Or(inPeriod[period], unbounded[period + 1]);
        return unbounded;
    }

    /// <summary>A date in every period after some that has begun.</summary>
    /// <exception cref="ArgumentException">There are too many.</exception>
    private static DateOnly[] LaterPeriods(CohortQuery query, int cells, DateOnly[] periods, DateTimeOffset now)
    {
        int periodsMax = Math.Min(ClientLimits.UnboundedPeriodsMax, ClientLimits.UnboundedPartsMax / cells);
        List<DateOnly> later = [];
        DateOnly date = query.Later(periods[0], periods.Length);
        for (; query.PeriodOf(date).Start <= now && later.Count <= periodsMax; date = query.Later(date, 1))
            later.Add(date);
        if (periods.Length + later.Count <= periodsMax) return [.. later];
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"Unbounded retention of {cells:N0} cells can look at {periodsMax:N0} periods from the first row to now or "
            + $"the last column. Begin later, ask for fewer rows and columns, or take longer periods."), nameof(query));
    }

    /// <summary>The unit of a table given as sets: that of the first part that has one.</summary>
    private static PeriodUnit UnitOf(params ReadOnlySpan<EventSet> sets)
    {
        foreach (EventSet set in sets)
        {
            switch (set)
            {
                case PeriodEvents period:
                    return period.Unit;
                case Combination combination when combination.Period is not null:
                    return UnitOf([.. combination.Operands]);
                case Difference difference when difference.From.Period is not null:
                    return UnitOf(difference.From);
                case Complement complement when complement.Period is not null:
                    return UnitOf(complement.Operand);
            }
        }

        return PeriodUnit.Day;
    }

    /// <summary>A row whose cells are being asked for.</summary>
    private sealed class PendingRow(DateOnly date, string name, EventSet cohort, long size)
    {
        private readonly List<Func<CohortCell>> _cells = [];

        public long Size => size;

        /// <summary>Adds a cell; without <paramref name="questions"/> an empty one.</summary>
        public void Add(
            EventSet back, Questions? questions, EventPeriod? period, DateTimeOffset now, Func<bool> hasReturns)
        {
            EventSet events = EventSet.And(cohort, back);
            Answer<long>? count = questions?.CountOf(events);
            _cells.Add(() => new CohortCell(events, size, count?.Value, IsInProgress: period?.Contains(now) ?? false)
            {
                HasReturns = hasReturns(), HasBegun = period is null || period.Value.Start <= now,
            });
        }

        public CohortRow Finish() => new(date, name, cohort, size, [.. _cells.Select(cell => cell())]);
    }
}
