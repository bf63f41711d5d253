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
    private int Periods => Cohorts.Count + Columns - 1;

    /// <summary>Chunks that the table visits, an estimate from above. O(operands + cells).</summary>
    public long Cost(ExpressionCost costs)
    {
        long[] returned = [.. Returns.Select(costs.Of)];
        long cost = returned.Sum() * (IsUnbounded ? 2 : 1);
        for (int row = 0; row < Cohorts.Count; row++)
        {
            long members = costs.Of(Cohorts[row].Members);
            for (int after = 0; after < Columns; after++) cost += Math.Min(members, returned[row + after]);
            cost += members;
        }

        return cost;
    }

    /// <summary>
    /// Computes the table. The sets of all its periods are in memory at once: those of plain events are the keys' own.
    /// O(chunks of a row × columns) for each row.
    /// </summary>
    /// <param name="sets">Computes the sets.</param>
    /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
    public IReadOnlyList<CohortRow> Compute(SetEvaluation sets)
    {
        var returned = new ReadOnlyBitmap[Periods];
        ReadOnlyBitmap later = FrozenBitmap.Empty; // who came back after some period
        for (int period = Returns.Count - 1; period >= 0; period--)
        {
            ReadOnlyBitmap own = sets.IdsOf(Returns[period]);
            if (IsUnbounded && !later.IsEmpty) own = BitmapAlgebra.Or(own, later);
            if (IsUnbounded) later = own;
            if (period < Periods) returned[period] = own;
        }

        return [.. Cohorts.Select((cohort, row) => RowOf(cohort.Period, sets.IdsOf(cohort.Members),
            returned.AsSpan(row, Columns)))];
    }

    private static CohortRow RowOf(EventPeriod period, ReadOnlyBitmap cohort, ReadOnlySpan<ReadOnlyBitmap> returned)
    {
        var cells = new long?[returned.Length];
        for (int after = 0; after < cells.Length; after++)
        {
            if (!cohort.IsEmpty && !returned[after].IsEmpty)
                cells[after] = BitmapAlgebra.AndCardinality(cohort, returned[after]);
        }

        return new CohortRow(period, cohort.Cardinality, cells);
    }
}

/// <summary>A row of a retention table.</summary>
/// <param name="Period">The cohort's.</param>
/// <param name="Size">Who is in the cohort.</param>
/// <param name="Cells">How many of them came back so many periods later; null where nobody at all did, or where the
/// cohort is empty.</param>
public sealed record CohortRow(EventPeriod Period, long Size, IReadOnlyList<long?> Cells);
