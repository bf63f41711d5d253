using System.Text.Json;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Cohorts;

/// <summary>The two means of a column, the same whichever way a table is asked for.</summary>
public abstract class CohortMeanSpec(ITestServer server) : ClientSpec(server)
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(KeyLayout.Bitmapist3, Retention.InPeriod)]
    [InlineData(KeyLayout.Bitmapist4, Retention.InPeriod)]
    [InlineData(KeyLayout.Bitmapist4, Retention.Unbounded)]
    public async Task Both_means_are_there_by_name_in_both_kinds_of_table(KeyLayout layout, Retention retention)
    {
        BitmapistClient client = await MarkAsync(layout);
        CohortTable table = await client.CohortAsync(new CohortQuery
        {
            First = "s", Return = "r", Unit = PeriodUnit.Month, Rows = 3, PeriodsAfter = 2, Retention = retention,
        }, Cancel);
        AssertMeans(table);
        Assert.Equal([4L, 4, 0], table.Rows.Select(row => row.Size));
        if (retention == Retention.InPeriod)
            AssertMeans(await client.CohortAsync(
                MonthEvents.From("s", s_now), MonthEvents.From("r", s_now), rows: 3, cancellationToken: Cancel));
    }

    [Theory]
    [InlineData(KeyLayout.Bitmapist3)]
    [InlineData(KeyLayout.Bitmapist4)]
    public async Task Means_of_counts_leave_out_the_future_and_cohorts_without_members(KeyLayout layout)
    {
        BitmapistClient client = await MarkAsync(layout);
        await client.MarkAsync("s", 77, s_now, cancellationToken: Cancel); // March's cohort; April is in the future
        CohortTable table = await client.CohortAsync(new CohortQuery
        {
            First = "s", Return = "r", Unit = PeriodUnit.Month, Rows = 4, PeriodsAfter = 3,
            Values = CohortValues.Counts,
        }, Cancel);
        CohortTable other = await client.CohortAsync(
            MonthEvents.From("s", s_now), MonthEvents.From("r", s_now), 4, 4, CohortValues.Counts, Cancel);
        foreach (CohortTable each in new[] { table, other })
        {
            Assert.Equal([0L, 4, 4, 1], each.Rows.Select(row => row.Size));
            // Column 0: only in February did anybody return, of another cohort. Column 1: as in the other test.
            Assert.Equal([0.0, 1, null, null], Means(each, CohortMean.PeriodsWithReturns));
            Assert.Equal([0.0, 0.5, 0, null], Means(each, CohortMean.CohortsWithMembers));
            Assert.Equal(each.Average(1), each.Average(1, CohortMean.PeriodsWithReturns));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => table.Average(0, (CohortMean)2));
    }

    private static void AssertMeans(CohortTable table)
    {
        Assert.Equal((25.0, 12.5),
            (table.Average(1, CohortMean.PeriodsWithReturns), table.Average(1, CohortMean.CohortsWithMembers)));
        using var json = JsonDocument.Parse(table.ToJson());
        JsonElement means = json.RootElement.GetProperty("means");
        Assert.Equal(25.0, means.GetProperty("periodsWithReturns")[1].GetDouble());
        Assert.Equal(12.5, means.GetProperty("cohortsWithMembers")[1].GetDouble());
        string html = table.ToHtml();
        Assert.Matches("Average&sup1;</th><td>[^<]*</td><td>25.0%</td>", html);
        Assert.Matches("Average&sup2;</th><td>[^<]*</td><td>12.5%</td>", html);
    }

    private static IEnumerable<double?> Means(CohortTable table, CohortMean mean) =>
        Enumerable.Range(0, table.Columns).Select(column => table.Average(column, mean));

    /// <summary>Four people of January and four of February; one of January's returned in February.</summary>
    private async Task<BitmapistClient> MarkAsync(KeyLayout layout)
    {
        Clock.Now = s_now;
        BitmapistClient client = layout == KeyLayout.Bitmapist3 ? Client3 : Client;
        var january = new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
        await client.MarkAsync("s", [0u, 1u, 2u, 3u], january, cancellationToken: Cancel);
        await client.MarkAsync("s", [10u, 11u, 12u, 13u], january.AddMonths(1), cancellationToken: Cancel);
        await client.MarkAsync("r", 0, january.AddMonths(1), cancellationToken: Cancel);
        return client;
    }
}

public sealed class BitmapistCohortMean(BitmapistServer server)
    : CohortMeanSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisCohortMean(RedisServer server) : CohortMeanSpec(server), IClassFixture<RedisServer>;
