using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>One cohort and what became of it.</summary>
/// <param name="Date">The first day of the row's period, in UTC: of weeks the Monday.</param>
/// <param name="Name">What the row is called: <c>17 Jan 2026</c>, <c>12 Jan 2026 (week 3)</c>, <c>Jan 2026</c>,
/// <c>2026</c>; in bitmapist4's table always the period's first day, <c>05 Nov 2018</c>.</param>
/// <param name="Events">The cohort's people, as a set.</param>
/// <param name="Size">How many they are.</param>
/// <param name="Cells">What became of them: cell n looks n periods later.</param>
public sealed record CohortRow(
    DateOnly Date, string Name, EventSet Events, long Size, IReadOnlyList<CohortCell> Cells);
