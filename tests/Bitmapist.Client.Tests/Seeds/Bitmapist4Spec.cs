using System.Globalization;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Seeds;

/// <summary>The examples of bitmapist4's README, of the oldest API's, and of the article about it, in C#.</summary>
public abstract class Bitmapist4Spec(ITestServer server) : ClientSpec(server)
{
    [Fact]
    public async Task Marks_are_found_in_their_periods()
    {
        await Client.MarkAsync("active", 123, cancellationToken: Cancel);
        await Client.MarkAsync("song:played", 123, cancellationToken: Cancel);
        Assert.True(await Client.ContainsAsync(MonthEvents.From("active", Client.Now), 123, Cancel));
        Assert.True(await Client.ContainsAsync(MonthEvents.From("song:played", Client.Now), 123, Cancel));
        Assert.Equal(1, await Client.CountAsync(WeekEvents.From("active", Client.Now), Cancel));
        Assert.Equal([123u], await IdsOf(WeekEvents.From("active", Client.Now)));
        Assert.Equal(0, await Client.CountAsync(MonthEvents.From("active", new DateOnly(2018, 1, 1)), Cancel));
    }

    [Fact]
    public async Task Unique_events_are_populated_by_every_mark()
    {
        await Client.MarkAsync("premium", 1, cancellationToken: Cancel);
        Assert.True(await Client.ContainsAsync(new UniqueEvents("premium"), 1, Cancel));
        await Client.MarkUniqueAsync("signup_form:new", 1, Cancel);
        DayEvents active = DayEvents.From("premium", Client.Now);
        Assert.Equal(1, await Client.CountAsync(active & new UniqueEvents("signup_form:new"), Cancel));
        Assert.Equal(0, await Client.CountAsync(active & new UniqueEvents("signup_form:classic"), Cancel));
    }

    [Fact]
    public async Task An_event_and_the_one_before_combine()
    {
        await Client.MarkAsync("active", [123u, 1u], cancellationToken: Cancel);
        await Client.MarkAsync("active", [123u, 2u], Client.Now.AddMonths(-1), cancellationToken: Cancel);
        MonthEvents active = MonthEvents.From("active", Client.Now);
        EventSet twoMonths = active & active.Previous();
        Assert.Equal(1, await Client.CountAsync(twoMonths, Cancel));
        Assert.True(await Client.ContainsAsync(twoMonths, 123, Cancel));
        Assert.True(await Client.DeleteAsync(twoMonths, Cancel)); // resets the cache
        Assert.Equal(0, await Client.DeleteTemporaryKeysAsync(Cancel));
    }

    [Fact]
    public async Task A_transaction_marks_several_events_at_once()
    {
        await using (MarkTransaction transaction = Client.BeginTransaction())
        {
            transaction.Mark("active", 123);
            transaction.Mark("song:played", 123);
            await transaction.CommitAsync(Cancel);
        }

        Assert.Equal(1, Channel.Batches);
        Assert.Equal(["active", "song:played"], await Client.EventNamesAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task The_old_database_is_read_under_its_prefix()
    {
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        (BitmapistClient old, _) =
            await ConnectAsync(ClientSettings.Of(KeyLayout.Bitmapist4) with { KeyPrefix = "trackist_" });
        Assert.True(await old.ContainsAsync(MonthEvents.From("active", Noon), 123, Cancel));
        Assert.False(await Client.ContainsAsync(MonthEvents.From("active", Noon), 123, Cancel));
    }

    [Fact]
    public async Task The_cohort_table_of_weeks_ends_in_the_present_one()
    {
        // The README's table, with everyone active in thousands less; the last row has one cell.
        (string Monday, int[] Counts)[] rows =
        [
            ("2018-11-05", [137, 25, 18, 21, 18]), ("2018-11-12", [150, 22, 25, 21]), ("2018-11-19", [121, 22, 15]),
            ("2018-11-26", [152, 25]), ("2018-12-03", [130]),
        ];
        Clock.Now = new DateTimeOffset(2018, 12, 5, 12, 0, 0, TimeSpan.Zero);
        uint next = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            var date = DateOnly.Parse(rows[row].Monday, CultureInfo.InvariantCulture);
            DateTimeOffset monday = new(date, default, TimeSpan.Zero);
            uint first = next;
            next += (uint)rows[row].Counts[0];
            for (int after = 0; after < rows[row].Counts.Length; after++)
            {
                IEnumerable<uint> ids = Enumerable.Range(0, rows[row].Counts[after]).Select(i => first + (uint)i);
                if (after == 0) await Client.MarkAsync("registered", ids, monday, cancellationToken: Cancel);
                await Client.MarkAsync("active", ids, monday.AddDays(7 * after), cancellationToken: Cancel);
            }
        }

        CohortTable table = await Client.CohortAsync(
            WeekEvents.From("registered", Client.Now), WeekEvents.From("active", Client.Now), rows: 5,
            values: CohortValues.Counts, cancellationToken: Cancel);
        Assert.Equal(["05 Nov 2018", "12 Nov 2018", "19 Nov 2018", "26 Nov 2018", "03 Dec 2018"],
            table.Rows.Select(row => row.Name));
        Assert.Equal([137, 150, 121, 152, 130], table.Rows.Select(row => row.Size));
        foreach ((CohortRow actual, (string _, int[] counts)) in table.Rows.Zip(rows))
            Assert.Equal(counts, actual.Cells.Select(cell => (int)cell.Count!.Value));
        Assert.StartsWith("Date,Total,0,1,2,3,4\n05 Nov 2018,137,137,25,18,21,18\n", table.ToCsv(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_are_the_older_word_for_flags()
    {
        DateTimeOffset lastMonth = Noon.AddDays(-30);
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        await Client3.MarkAsync("active", 123, lastMonth, cancellationToken: Cancel);
        await Client3.MarkAttributeAsync("paid_user", 123, Cancel);
        EventSet paidAndActive = EventSet.And(
            EventSet.And(MonthEvents.From("active", lastMonth), MonthEvents.From("active", Noon)),
            BitmapistClient.GetAttribute("paid_user"));
        Assert.Equal(1, await Client3.CountAsync(paidAndActive, Cancel));
        Assert.True(await Client3.ContainsAsync(paidAndActive, 123, Cancel));
    }

    [Fact]
    public async Task The_articles_newsletter_finds_its_readers()
    {
        (BitmapistClient article, _) =
            await ConnectAsync(ClientSettings.Of(KeyLayout.Bitmapist4) with { KeyPrefix = "bitmapist__" });
        Clock.Now = new DateTimeOffset(2020, 1, 25, 15, 0, 0, TimeSpan.Zero);
        Assert.Empty(await article.EventNamesAsync(cancellationToken: Cancel));
        await article.MarkUniqueAsync("agerange#3040", 1, Cancel);
        await article.MarkUniqueAsync("agerange#3040", 2, Cancel);
        await article.MarkUniqueAsync("agerange#2030", 3, Cancel);
        await article.MarkAsync("login", 1, cancellationToken: Cancel);
        // As in Python: the prefix has a second underscore, so the names begin with it.
        Assert.Equal(["_agerange#2030", "_agerange#3040", "_login"],
            await article.EventNamesAsync(cancellationToken: Cancel));
        Assert.Equal(
        [
            "bitmapist__agerange#2030_u", "bitmapist__agerange#3040_u", "bitmapist__login_2020-1",
            "bitmapist__login_2020-1-25", "bitmapist__login_W2020-4", "bitmapist__login_u",
        ], await KeysAsync());
        EventSet cohort = new UniqueEvents("agerange#3040") & DayEvents.From("login", article.Now);
        Assert.Equal([1u], await ListAsync(article.IdsAsync(cohort, Cancel)));
    }

    [Fact]
    public async Task The_articles_rolling_events_are_the_OR_of_days()
    {
        for (int back = 6; back <= 9; back++)
            await Client.MarkAsync("os:android", [(uint)back, 100u], Noon.AddDays(-back), cancellationToken: Cancel);
        DayEvents today = DayEvents.From("os:android", Noon);
        Assert.Equal(2, await Client.CountAsync(today.Shift(-6), Cancel));
        var rolling = new RollingEvents("os:android", PeriodUnit.Day, 4, Noon.AddDays(-6));
        Assert.Equal(5, await Client.CountAsync(rolling, Cancel));
        Assert.Equal([6u, 7u, 8u, 9u, 100u], await IdsOf(rolling));
        foreach (PeriodUnit unit in Enum.GetValues<PeriodUnit>())
        {
            await Client.MarkAsync("x", 1, Noon, trackHourly: true, cancellationToken: Cancel);
            DateTimeOffset earlier = PeriodEvents.From(unit, "x", Noon).Shift(-2).PeriodStart;
            await Client.MarkAsync("x", 2, earlier, trackHourly: true, cancellationToken: Cancel);
            Assert.True(await Client.ContainsAsync(new RollingEvents("x", unit, 3, Noon), 2, Cancel));
            Assert.Equal(2, await Client.CountAsync(new RollingEvents("x", unit, 3, Noon), Cancel));
            await Client.DeleteAllEventsAsync(Cancel);
        }
    }
}

public sealed class BitmapistOfBitmapist4(BitmapistServer server)
    : Bitmapist4Spec(server), IClassFixture<BitmapistServer>;

public sealed class RedisOfBitmapist4(RedisServer server) : Bitmapist4Spec(server), IClassFixture<RedisServer>;
