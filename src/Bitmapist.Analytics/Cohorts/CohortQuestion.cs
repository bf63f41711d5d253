using System.Globalization;
using Bitmapist.Analytics.Expressions;
using Bitmapist.Analytics.Periods;

namespace Bitmapist.Analytics.Cohorts;

/// <summary>
/// A retention table: of those who did <see cref="First"/> in a period, how many did <see cref="Return"/> in the
/// periods after? With the meaning that bitmapist 3's <c>get_dates_data</c> gives it, and its rows.
/// </summary>
public sealed record CohortQuestion
{
    /// <summary>What makes someone part of a period's cohort: an expression over events.</summary>
    public required string First { get; init; }

    /// <summary>What counts as coming back: an expression over events.</summary>
    public required string Return { get; init; }

    /// <summary>How the keys of events are named.</summary>
    public required EventKeys Names { get; init; }

    /// <summary>The length of the periods: days, weeks, months or years.</summary>
    public PeriodUnit Unit { get; init; } = PeriodUnit.Day;

    /// <summary>Rows, one a period: 1 … <see cref="AnalyticsLimits.RowsMax"/>.</summary>
    public int Rows { get; init; } = 31;

    /// <summary>Periods looked at after a row's own: 0 … <see cref="AnalyticsLimits.PeriodsAfterMax"/>.</summary>
    public int PeriodsAfter { get; init; } = 12;

    /// <summary>The last row's period holds this date; null: the present one.</summary>
    public DateTime? Last { get; init; }

    /// <summary>
    /// Whether someone counts as retained who came back in a cell's period or in any later one, up to now: they had not
    /// left for good.
    /// </summary>
    public bool IsUnbounded { get; init; }

    /// <summary>Finds the keys that the table is made of. O(rows + periods).</summary>
    /// <param name="now">The present moment, of UTC.</param>
    /// <exception cref="ExpressionException">An expression cannot be read, or there are too many keys.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A period's year is not one that has periods.</exception>
    public CohortPlan Plan(DateTime now)
    {
        EventPeriod first = EventPeriod.Of(Unit, Last ?? now).Shift(1 - Rows);
        var keys = new KeyList();
        var cohorts = new (EventPeriod Period, SetExpression Members)[Rows];
        for (int row = 0; row < Rows; row++)
        {
            EventPeriod own = first.Shift(row);
            cohorts[row] = (own, ExpressionParser.ParseIn(First, Names, now, own, keys));
        }

        var returns = new List<SetExpression>();
        EventPeriod present = EventPeriod.Of(Unit, now);
        EventPeriod period = first;
        while (true)
        {
            returns.Add(ExpressionParser.ParseIn(Return, Names, now, period, keys));
            bool isMore = IsUnbounded && period.Start < present.Start;
            if (returns.Count >= Rows + PeriodsAfter && !isMore) break;
            if (returns.Count == AnalyticsLimits.PeriodsMax) throw TooManyPeriods();
            period = period.Shift(1);
        }

        return new CohortPlan(cohorts, returns, PeriodsAfter + 1, IsUnbounded, keys.Names);
    }

    private static ExpressionException TooManyPeriods() => new(1, string.Create(
        CultureInfo.InvariantCulture, $"a table may look at {AnalyticsLimits.PeriodsMax:N0} periods"));
}
