using System.Globalization;
using Bitmapist.Client;
using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Spectre.Console;

namespace Bitmapist.Tour;

/// <summary>A walk through the library over made-up people of the last eight weeks.</summary>
internal static class Walk
{
    private const int People = 4_000;
    private const int Weeks = 8;

    public static async Task RunAsync(BitmapistClient bitmapist)
    {
        await bitmapist.DeleteAllEventsAsync();
        await MarkAsync(bitmapist);
        DateTimeOffset now = bitmapist.Now;
        WeekEvents active = WeekEvents.From("active", now);
        EventSet stayed = active & active.Previous();
        Say($"{active} | {active.PeriodStart:d MMM} to {active.PeriodEnd:d MMM}, over: {active.IsOver(now)}");
        Say($"Events: {string.Join(", ", await bitmapist.EventNamesAsync())}");

        Questions questions = bitmapist.Ask(); // one round trip
        Answer<long> thisWeek = questions.CountOf(active);
        Answer<long> both = questions.CountOf(stayed);
        Answer<long> lost = questions.CountOf(active.Previous() - active);
        Answer<long> premium = questions.CountOf(active & new UniqueEvents("premium"));
        Answer<bool> wasHere = questions.Contains(active, 7);
        await questions.SendAsync();
        Say($"Active this week: {thisWeek.Value}, of them {both.Value} last week too and {premium.Value} premium");
        Say($"Active last week and not this week: {lost.Value}. Number 7 was here this week: {wasHere.Value}");
        var month = new RollingEvents("active", PeriodUnit.Week, 4, now);
        Say($"Active in the last four weeks: {await bitmapist.CountAsync(month)}");

        var query = new CohortQuery
        {
            First = "signup", Return = "active", Unit = PeriodUnit.Week, Rows = Weeks, PeriodsAfter = Weeks - 1,
        };
        CohortTable table = await bitmapist.CohortAsync(query);
        AnsiConsole.Write(new Rule("Who came back in which week"));
        AnsiConsole.Write(CohortView.Of(table));
        AnsiConsole.Write(new Rule("Who came back in that week or later"));
        AnsiConsole.Write(CohortView.Of(await bitmapist.CohortAsync(query with { Retention = Retention.Unbounded })));

        var few = new List<uint>();
        await foreach (uint id in bitmapist.IdsAsync(table.Rows[0].Cells[1].Events))
        {
            few.Add(id);
            if (few.Count == 10) break;
        }

        Say($"Behind the first row's column 1: {string.Join(' ', few)} …");
        Say($"Keys deleted: {await bitmapist.DeleteAllEventsAsync()}");
    }

    /// <summary>Signs people up week by week, and lets fewer of them come back each week after.</summary>
    private static async Task MarkAsync(BitmapistClient bitmapist)
    {
        var random = new Random(2026);
        Dictionary<uint, int> signedUp = [];
        for (uint person = 0; person < People; person++) signedUp[person] = random.Next(Weeks);
        for (int week = 0; week < Weeks; week++)
        {
            DateTimeOffset at = bitmapist.Now.AddDays(-7 * (Weeks - 1 - week));
            await bitmapist.MarkAsync("signup", signedUp.Where(who => who.Value == week).Select(who => who.Key), at);
            uint[] back =
            [
                .. signedUp.Where(who => who.Value <= week)
                    .Where(who => random.NextDouble() < 1.0 / (1 + (0.6 * (week - who.Value))))
                    .Select(who => who.Key),
            ];
            await bitmapist.MarkAsync("active", back, at);
        }

        await bitmapist.MarkUniqueAsync("premium", signedUp.Keys.Where(person => person % 9 == 0));
        await using var transaction = bitmapist.BeginTransaction();
        transaction.Mark("active", 7).Mark("song:played", 7);
        await transaction.CommitAsync();
    }

    private static void Say(FormattableString text) =>
        AnsiConsole.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
