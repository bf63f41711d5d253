using System.Globalization;
using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Cohorts;

/// <summary>BM.COHORT over real purchases, against plain counting: the cells that the client's tables have.</summary>
public sealed class BitmapistCohortCommand(BitmapistServer server) : ClientSpec(server), IClassFixture<BitmapistServer>
{
    [Fact]
    public async Task Tables_of_real_purchases_equal_plain_counting()
    {
        var purchases = Purchases.Read();
        await purchases.MarkAsync(Client3, Cancel);
        await CompareAsync(purchases, PeriodUnit.Month, rows: 18, after: 17, isUnbounded: false);
        await CompareAsync(purchases, PeriodUnit.Month, rows: 18, after: 17, isUnbounded: true);
        await CompareAsync(purchases, PeriodUnit.Week, rows: 78, after: 77, isUnbounded: false);
        await CompareAsync(purchases, PeriodUnit.Week, rows: 78, after: 77, isUnbounded: true);
        await CompareAsync(purchases, PeriodUnit.Day, rows: 40, after: 12, isUnbounded: false);
        await CompareAsync(purchases, PeriodUnit.Year, rows: 3, after: 2, isUnbounded: true);
    }

    [Fact]
    public async Task Keys_are_named_as_the_client_names_them()
    {
        var random = new Random(11);
        for (int i = 0; i < 200; i++)
        {
            // Around the turn of a year, where ISO weeks are not the calendar's.
            DateTimeOffset at = new DateTimeOffset(1 + random.Next(9_997), 1, 1, 0, 0, 0, TimeSpan.Zero)
                .AddHours(random.Next(i < 100 ? 24 * 365 : 24 * 14));
            string name = $"e{i}";
            await Client3.MarkAsync(name, 7, at, trackHourly: true, trackUnique: true, Cancel);
            string week = PeriodEvents.From(PeriodUnit.Week, name, at) is WeekEvents { } events
                ? $"{events.Year}-W{events.Week}" : "";
            string[] periods =
                [$"{at:yyyy-M-d}T{at.Hour}", $"{at:yyyy-MM-dd}", week, $"{at:yyyy-M}", $"{at:yyyy}", "u"];
            string all = string.Join(" & ", periods.Select(period => $"{name}@{period}"));
            Assert.Equal((all, ":1"), (all, await SendAsync("BM.EXPR", all)));
        }
    }

    private async Task CompareAsync(Purchases purchases, PeriodUnit unit, int rows, int after, bool isUnbounded)
    {
        var last = new DateTimeOffset(1998, 6, 30, 0, 0, 0, TimeSpan.Zero);
        DateOnly[] periods = [.. Enumerable.Range(1 - rows, rows).Select(row => DateOnly.FromDateTime(
            PeriodEvents.From(unit, "any", last).Shift(row).Period!.Value.Start.UtcDateTime))];
        IEnumerable<string> expected = purchases.Table(unit, periods, after + 1, isUnbounded).Zip(
            periods, (row, date) => string.Create(
                CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd} {row.Size} {string.Join(' ', row.Cells)}"));
        string[] command =
        [
            "BM.COHORT", "first", "buy", "BY", unit.ToString(), "ROWS", $"{rows}", "AFTER", $"{after}",
            "LAST", "1998-6-30", .. isUnbounded ? ["UNBOUNDED"] : Array.Empty<string>(),
        ];
        var batch = new RequestBatch();
        batch.Begin(command[0], command.Length - 1);
        foreach (string argument in command[1..]) batch.Add(argument);
        Reply table = (await Channel.SendAsync(batch, SendMode.Pipeline, Cancel))[0];
        Assert.Equal(expected, table.Items.Select(row => $"{row.Items[0].AsText()} {string.Join(' ', Numbers(row))}"));
    }

    private static IEnumerable<long?> Numbers(Reply row)
    {
        foreach (Reply number in row.Items.Skip(1)) yield return number.IsNull ? null : number.AsInteger();
    }
}
