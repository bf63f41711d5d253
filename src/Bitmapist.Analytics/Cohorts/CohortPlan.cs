using Bitmapist.Analytics.Expressions;
using Bitmapist.Analytics.Periods;
using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Analytics.Cohorts;

/// <summary>What a retention table is computed from. Immutable; any thread.</summary>
/// <param name="Cohorts">Each row's period and who is in its cohort, oldest first.</param>
/// <param name="Returns">Who came back in the period of each row and in those after the last.</param>
/// <param name="Columns">Cells of a row: its own period, and those after.</param>
/// <param name="IsUnbounded">Whether later periods count for a cell, too.</param>
/// <param name="Keys">The names of the keys, each once.</param>
public sealed record CohortPlan(
    IReadOnlyList<(EventPeriod Period, SetExpression Members)> Cohorts, IReadOnlyList<SetExpression> Returns,
    int Columns, bool IsUnbounded, IReadOnlyList<ReadOnlyMemory<byte>> Keys)
{
    /// <summary>
    /// Computes the table, which holds the sets of all periods at once: those of plain events are the keys' own.
    /// O(chunks of a row × columns) for each row.
    /// </summary>
    /// <param name="sets">The keys' ids.</param>
    /// <param name="isWanted">Asked before each row; false ends it, with the rows there are.</param>
    public IReadOnlyList<CohortRow> Compute(SetEvaluation sets, Func<bool> isWanted)
    {
        ReadOnlyBitmap[] returned = [.. Returns.Select(sets.IdsOf)];
        for (int period = returned.Length - 2; IsUnbounded && period >= 0; period--)
            returned[period] = BitmapAlgebra.Or(returned[period], returned[period + 1]);
        var rows = new List<CohortRow>(Cohorts.Count);
        for (int row = 0; row < Cohorts.Count && isWanted(); row++)
        {
            ReadOnlyBitmap cohort = sets.IdsOf(Cohorts[row].Members);
            var cells = new long?[Columns];
            for (int after = 0; after < Columns; after++)
            {
                ReadOnlyBitmap back = returned[row + after];
                if (!cohort.IsEmpty && !back.IsEmpty) cells[after] = BitmapAlgebra.AndCardinality(cohort, back);
            }

            rows.Add(new CohortRow(Cohorts[row].Period, cohort.Cardinality, cells));
        }

        return rows;
    }
}

/// <summary>A row of a retention table.</summary>
/// <param name="Period">The cohort's.</param>
/// <param name="Size">Who is in the cohort.</param>
/// <param name="Cells">How many of them came back so many periods later; null where nobody at all did, or where the
/// cohort is empty.</param>
public sealed record CohortRow(EventPeriod Period, long Size, IReadOnlyList<long?> Cells);
