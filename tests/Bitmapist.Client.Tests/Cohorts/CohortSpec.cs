using System.Globalization;
using System.Text.Json;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Cohorts;

/// <summary>Both generations' tables, on small data whose answers one can see.</summary>
public abstract class CohortSpec(ITestServer server) : ClientSpec(server)
{
    /// <summary>The rows of bitmapist 3's own test of its tables; null is an empty cell.</summary>
    public static readonly TheoryData<string, string?, string, string?, double?[]> Rows = new()
    {
        { "active", null, "active", null, [2, 100, 50] },
        { "active", null, "unknown", null, [2, null, null] },
        { "unknown", null, "active", null, [0, null, null] },
        { "signup", "active", "active", null, [2, 100, 50] },
        { "signup", "active", "active", "signup", [2, 100, 0] }, // some active, none of them signed up
        { "task1", "task2", "task2", "task1", [2, 100, 100] },
        { "task1", "task2", "task1", "task2", [2, 100, 100] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Rows_are_those_of_bitmapist_3(
        string select1, string? select1b, string select2, string? select2b, double?[] expected)
    {
        foreach (BitmapistClient client in new[] { Client, Client3 })
        {
            await MarkAsync(client, "signup", 0, 111, 222);
            await MarkAsync(client, "active", 0, 111, 222);
            await MarkAsync(client, "active", 1, 111);
            foreach (int day in new[] { 0, 1 })
            {
                await MarkAsync(client, "task1", day, 111, 222);
                await MarkAsync(client, "task2", day, 111, 222);
            }

            CohortTable table = await client.CohortAsync(new CohortQuery
            {
                First = select1,
                FirstAlso = select1b is null ? null : (EventDefinition)select1b,
                Return = select2,
                ReturnAlso = select2b is null ? null : (EventDefinition)select2b,
                Rows = 1,
                PeriodsAfter = 1,
            }, Cancel);
            CohortRow row = Assert.Single(table.Rows);
            Assert.Equal(DateOnly.FromDateTime(Noon.UtcDateTime), row.Date);
            Assert.Equal(expected, [row.Size, .. row.Cells.Select(cell => cell.Percent)]);
        }

        Assert.DoesNotContain(await KeysAsync(), key => key.StartsWith("trackist_bitop_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_who_overlaps_is_zero_and_nobody_at_all_is_empty()
    {
        await MarkAsync(Client, "signup", -2, 1, 2);
        await MarkAsync(Client, "active", -1, 3);
        CohortTable table = await Client.CohortAsync(
            Daily("signup", "active") with { Rows = 3, PeriodsAfter = 2 }, Cancel);
        Assert.Equal([2, 0, 0], table.Rows.Select(row => row.Size));
        Assert.Equal([null, 0.0, null], table.Rows[0].Cells.Select(cell => cell.Percent));
        Assert.All(table.Rows.Skip(1), row => Assert.All(row.Cells, cell => Assert.True(cell.IsEmpty)));
        Assert.Equal("Date,Total,0,1,2\n13 Jan 2026,2,,0.0,\n14 Jan 2026,0,,,\n15 Jan 2026,0,,,\n", table.ToCsv());
    }

    [Fact]
    public async Task Averages_ignore_empty_cells()
    {
        await MarkAsync(Client, "signup", -2, 1, 2, 3);
        await MarkAsync(Client, "signup", -1, 4, 5, 6, 7);
        await MarkAsync(Client, "active", -1, 1, 2);
        await MarkAsync(Client, "active", 0, 4);
        CohortTable table = await Client.CohortAsync(
            Daily("signup", "active") with { Rows = 3, PeriodsAfter = 1 }, Cancel);
        Assert.Equal(0.0, table.Average(0)); // 0 % the day before, else empty
        Assert.Equal((200.0 / 3 + 25) / 2, table.Average(1)!.Value, precision: 10);
        Assert.Contains("14 Jan 2026,4,0.0,25.0\n", table.ToCsv(), StringComparison.Ordinal);
        Assert.Contains("13 Jan 2026,3,,66.67\n", table.ToCsv(), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Average(2));
        table = await Client.CohortAsync(Daily("signup", "nothing") with { Rows = 3, PeriodsAfter = 0 }, Cancel);
        Assert.Null(table.Average(0));
    }

    /// <summary>The present moment, and the first and the last of the rows that end with it.</summary>
    [Theory]
    [InlineData(PeriodUnit.Day, 3, "2026-03-31", "2026-03-29", "2026-03-31", "29 Mar 2026", "31 Mar 2026")]
    [InlineData(PeriodUnit.Week, 3, "2026-03-31", "2026-03-16", "2026-03-30", "16 Mar 2026 (week 12)", "30 Mar 2026 (week 14)")]
    [InlineData(PeriodUnit.Week, 2, "2026-03-30", "2026-03-23", "2026-03-30", "23 Mar 2026 (week 13)", "30 Mar 2026 (week 14)")]
    [InlineData(PeriodUnit.Week, 2, "2026-03-29", "2026-03-16", "2026-03-23", "16 Mar 2026 (week 12)", "23 Mar 2026 (week 13)")]
    [InlineData(PeriodUnit.Week, 2, "2027-01-03", "2026-12-21", "2026-12-28", "21 Dec 2026 (week 52)", "28 Dec 2026 (week 53)")]
    [InlineData(PeriodUnit.Month, 3, "2026-03-31", "2026-01-01", "2026-03-01", "Jan 2026", "Mar 2026")]
    [InlineData(PeriodUnit.Month, 14, "2026-03-31", "2025-02-01", "2026-03-01", "Feb 2025", "Mar 2026")]
    [InlineData(PeriodUnit.Year, 31, "2026-03-31", "2024-01-01", "2026-01-01", "2024", "2026")]
    [InlineData(PeriodUnit.Year, 1, "2024-02-29", "2022-01-01", "2024-01-01", "2022", "2024")]
    public async Task A_row_has_the_first_day_of_its_period(
        PeriodUnit unit, int rows, string now, string first, string last, string firstName, string lastName)
    {
        Clock.Now = DateTimeOffset.Parse($"{now}T23:59:59Z", CultureInfo.InvariantCulture);
        CohortTable table = await Client.CohortAsync(Daily("a", "b") with { Unit = unit, Rows = rows }, Cancel);
        Assert.Equal(unit == PeriodUnit.Year ? 3 : rows, table.Rows.Count);
        Assert.Equal((first, last), ($"{table.Rows[0].Date:yyyy-MM-dd}", $"{table.Rows[^1].Date:yyyy-MM-dd}"));
        Assert.Equal((firstName, lastName), (table.Rows[0].Name, table.Rows[^1].Name));
        Assert.All(table.Rows, row => Assert.Equal(DateOf(row.Events), row.Date));
        Assert.Equal(13, table.Columns);
        using var json = JsonDocument.Parse(table.ToJson());
        Assert.Equal(first, json.RootElement.GetProperty("rows")[0].GetProperty("date").GetString());
    }

    [Theory]
    [InlineData(PeriodUnit.Day, 4, "2025-12-30", "2026-01-02")]
    [InlineData(PeriodUnit.Week, 4, "2025-12-08", "2025-12-29")]
    [InlineData(PeriodUnit.Month, 4, "2025-10-01", "2026-01-01")]
    [InlineData(PeriodUnit.Year, 4, "2024-01-01", "2026-01-01")]
    public async Task A_start_date_counts_days_to_the_last_row(PeriodUnit unit, int rows, string first, string last)
    {
        CohortTable table = await Client.CohortAsync(
            Daily("a", "b") with { Unit = unit, Rows = rows, StartDate = new DateOnly(2025, 12, 30) }, Cancel);
        Assert.Equal((first, last), ($"{table.Rows[0].Date:yyyy-MM-dd}", $"{table.Rows[^1].Date:yyyy-MM-dd}"));
    }

    [Theory]
    [InlineData(PeriodUnit.Day, "2026-01-14", "2026-01-15")]
    [InlineData(PeriodUnit.Week, "2026-01-05", "2026-01-12")]
    [InlineData(PeriodUnit.Month, "2025-12-01", "2026-01-01")]
    [InlineData(PeriodUnit.Year, "2025-01-01", "2026-01-01")]
    public async Task In_the_table_of_bitmapist4_too_and_where_the_cohort_is_a_flag(
        PeriodUnit unit, string first, string last)
    {
        EventSet activity = PeriodEvents.From(unit, "active", Noon);
        foreach (EventSet cohort in new[] { PeriodEvents.From(unit, "signup", Noon), activity & new UniqueEvents("a"),
            new UniqueEvents("a") })
        {
            CohortTable table = await Client.CohortAsync(cohort, activity, rows: 2, cancellationToken: Cancel);
            Assert.Equal([first, last], table.Rows.Select(row => $"{row.Date:yyyy-MM-dd}"));
            Assert.Equal(table.Rows.Select(row => $"{row.Date:dd MMM yyyy}"), table.Rows.Select(row => row.Name));
        }
    }

    [Fact]
    public async Task Weeks_across_the_new_year_are_those_of_the_ISO_year()
    {
        Clock.Now = new DateTimeOffset(2027, 1, 6, 12, 0, 0, TimeSpan.Zero); // week 1 of 2027
        DateTimeOffset friday = new(2027, 1, 1, 12, 0, 0, TimeSpan.Zero); // week 53 of 2026
        await Client.MarkAsync("signup", 1, friday, cancellationToken: Cancel);
        await Client.MarkAsync("active", 1, friday, cancellationToken: Cancel);
        await Client.MarkAsync("active", 1, cancellationToken: Cancel);
        CohortTable table = await Client.CohortAsync(
            Daily("signup", "active") with { Unit = PeriodUnit.Week, Rows = 2, PeriodsAfter = 1 }, Cancel);
        Assert.Equal(new WeekEvents("signup", 2026, 53), table.Rows[0].Events);
        Assert.Equal("28 Dec 2026 (week 53)", table.Rows[0].Name);
        Assert.Equal([1, 1], table.Rows[0].Cells.Select(cell => cell.Count!.Value));
    }

    [Fact]
    public async Task A_cell_knows_its_people_and_whether_its_period_is_in_progress()
    {
        await MarkAsync(Client, "signup", -1, 1, 2, 3);
        await MarkAsync(Client, "active", -1, 1, 2);
        await MarkAsync(Client, "active", 0, 2, 3, 4);
        CohortTable table = await Client.CohortAsync(
            Daily("signup", "active") with { Rows = 2, PeriodsAfter = 1 }, Cancel);
        CohortRow row = table.Rows[0];
        Assert.Equal([1u, 2u], await IdsOf(row.Cells[0].Events));
        Assert.Equal([2u, 3u], await IdsOf(row.Cells[1].Events));
        Assert.Equal([1u, 2u, 3u], await IdsOf(row.Events));
        Assert.Equal([1u], await IdsOf(row.Events - row.Cells[1].Events));
        Assert.Equal([false, true], row.Cells.Select(cell => cell.IsInProgress));
        Assert.Equal([true, false], table.Rows[1].Cells.Select(cell => cell.IsInProgress));
    }

    [Fact]
    public async Task Custom_expressions_stand_on_either_side()
    {
        EventDefinition active = "active", web = "web", ios = "ios";
        EventCatalog catalog = new EventCatalog().Add((active & (web | ios)).As("active_web_ios"));
        await MarkAsync(Client, "active", -1, 1, 2, 3);
        await MarkAsync(Client, "web", -1, 1);
        await MarkAsync(Client, "ios", -1, 2, 9);
        await MarkAsync(Client, "active", 0, 2, 3);
        await MarkAsync(Client, "ios", 0, 2);
        CohortTable table = await Client.CohortAsync(new CohortQuery
        {
            First = catalog.Find("active_web_ios"), Return = catalog.Find("active_web_ios"), Rows = 2, PeriodsAfter = 1,
        }, Cancel);
        Assert.Equal([2, 1], table.Rows.Select(row => row.Size));
        Assert.Equal([2, 1], table.Rows[0].Cells.Select(cell => cell.Count!.Value));
        Assert.Equal([2u], await IdsOf(table.Rows[0].Cells[1].Events));
    }

    [Fact]
    public async Task Unbounded_retention_counts_those_who_came_back_later()
    {
        await MarkAsync(Client, "signup", -40, 1, 2, 3, 4);
        await MarkAsync(Client, "active", -39, 1);
        await MarkAsync(Client, "active", -38, 2);
        await MarkAsync(Client, "active", 0, 3); // long after the last column
        CohortQuery query = Daily("signup", "active") with
        {
            Rows = 1, PeriodsAfter = 3, StartDate = DateOnly.FromDateTime(Noon.UtcDateTime).AddDays(-40),
        };
        CohortTable inPeriod = await Client.CohortAsync(query, Cancel);
        CohortTable unbounded = await Client.CohortAsync(query with { Retention = Retention.Unbounded }, Cancel);
        Assert.Equal([null, 1, 1, null], inPeriod.Rows[0].Cells.Select(cell => cell.Count));
        Assert.Equal([3, 3, 2, 1], unbounded.Rows[0].Cells.Select(cell => cell.Count));
        Assert.Equal([2u, 3u], await IdsOf(unbounded.Rows[0].Cells[2].Events));
    }

    [Fact]
    public async Task The_table_of_bitmapist4_ends_where_the_future_begins()
    {
        // Week 3 of 2026 is the present one; percents of an empty cohort are 0.
        DateTimeOffset week1 = Noon.AddDays(-14), week2 = Noon.AddDays(-7);
        await Client.MarkAsync("registered", [1u, 2u, 3u, 4u], week1, cancellationToken: Cancel);
        await Client.MarkAsync("active", [1u, 2u, 3u], week1, cancellationToken: Cancel);
        await Client.MarkAsync("active", [1u], week2, cancellationToken: Cancel);
        await Client.MarkAsync("registered", [7u], cancellationToken: Cancel);
        await Client.MarkAsync("active", [4u, 7u, 8u], cancellationToken: Cancel);
        CohortTable table = await Client.CohortAsync(
            WeekEvents.From("registered", Noon), WeekEvents.From("active", Noon), rows: 4, cancellationToken: Cancel);
        Assert.Equal(["22 Dec 2025", "29 Dec 2025", "05 Jan 2026", "12 Jan 2026"], table.Rows.Select(row => row.Name));
        Assert.Equal([0, 4, 0, 1], table.Rows.Select(row => row.Size));
        Assert.Equal([0.0, 0, 0, 0], table.Rows[0].Cells.Select(cell => cell.Percent!.Value));
        Assert.Equal([75.0, 25, 25], table.Rows[1].Cells.Select(cell => cell.Percent!.Value));
        Assert.Equal([0.0, 0], table.Rows[2].Cells.Select(cell => cell.Percent!.Value));
        Assert.Equal([100.0], table.Rows[3].Cells.Select(cell => cell.Percent!.Value));
        Assert.True(table.Rows[3].Cells[0].IsInProgress);
        CohortTable narrow = await Client.CohortAsync(
            WeekEvents.From("registered", Noon), WeekEvents.From("active", Noon), rows: 4, columns: 2,
            values: CohortValues.Counts, cancellationToken: Cancel);
        Assert.Equal([3L, 1], narrow.Rows[1].Cells.Select(cell => cell.Count!.Value));
        CohortTable wide = await Client.CohortAsync(
            WeekEvents.From("registered", Noon), WeekEvents.From("active", Noon), rows: 2, columns: 9,
            cancellationToken: Cancel);
        Assert.Equal(2, wide.Columns);
    }

    [Fact]
    public async Task Flags_may_be_a_cohort_or_an_activity()
    {
        await Client.MarkUniqueAsync("premium", 1, Cancel);
        await MarkAsync(Client, "active", 0, 1, 2);
        CohortTable table = await Client.CohortAsync(
            DayEvents.From("active", Noon), new UniqueEvents("premium"), rows: 2, cancellationToken: Cancel);
        Assert.Equal([50.0, 50], table.Rows[1].Cells.Select(cell => cell.Percent!.Value));
        table = await Client.CohortAsync(new CohortQuery
        {
            First = "active", FirstAlso = EventDefinition.Unique("premium"), Return = "active",
            Rows = 1, PeriodsAfter = 0,
        }, Cancel);
        Assert.Equal((1, 1L), (table.Rows[0].Size, table.Rows[0].Cells[0].Count));
    }

    [Fact]
    public async Task A_page_of_31_days_takes_a_few_round_trips()
    {
        var random = new Random(31);
        for (int day = -45; day <= 0; day++)
        {
            await Client.MarkAsync("active", Some(), Noon.AddDays(day), trackUnique: false, cancellationToken: Cancel);
            await Client3.MarkAsync("active", Some(), Noon.AddDays(day), cancellationToken: Cancel);
        }

        CohortQuery page = Daily("active", "active"); // 31 rows of 13 cells
        Channel.Reset();
        CohortTable table = await Client.CohortAsync(page, Cancel);
        Assert.Equal((31, 13), (table.Rows.Count, table.Rows[0].Cells.Count));
        Assert.InRange(Channel.Batches, 2, 3);
        Channel.Reset();
        CohortTable again = await Client.CohortAsync(page, Cancel);
        Assert.Equal(table.ToCsv(), again.ToCsv());
        Assert.InRange(Channel.Batches, 2, 3);
        Assert.DoesNotContain("MULTI", Channel.Log);
        Channel3.Reset();
        await Client3.CohortAsync(page, Cancel);
        Assert.InRange(Channel3.Batches, 3, 4);
        Assert.DoesNotContain(await KeysAsync(), key => key.StartsWith("trackist_bitop_", StringComparison.Ordinal));

        uint[] Some() => [.. Enumerable.Range(0, 200).Select(_ => (uint)random.Next(2_000))];
    }

    [Theory]
    [InlineData(0, 12)]
    [InlineData(1_001, 12)]
    [InlineData(31, -1)]
    [InlineData(31, 1_001)]
    public async Task Tables_out_of_range_are_refused(int rows, int periodsAfter) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Client.CohortAsync(
            Daily("a", "b") with { Rows = rows, PeriodsAfter = periodsAfter }, Cancel));

    [Fact]
    public async Task Hours_are_no_cohort_periods() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => Client.CohortAsync(Daily("a", "b") with { Unit = PeriodUnit.Hour }, Cancel));

    private static DateOnly DateOf(EventSet events) => DateOnly.FromDateTime(events.Period!.Value.Start.UtcDateTime);

    private static CohortQuery Daily(string first, string back) => new() { First = first, Return = back };

    private static async Task MarkAsync(BitmapistClient client, string name, int day, params uint[] ids)
    {
        foreach (uint id in ids) await client.MarkAsync(name, id, Noon.AddDays(day), cancellationToken: Cancel);
    }
}

public sealed class BitmapistCohort(BitmapistServer server) : CohortSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisCohort(RedisServer server) : CohortSpec(server), IClassFixture<RedisServer>;
