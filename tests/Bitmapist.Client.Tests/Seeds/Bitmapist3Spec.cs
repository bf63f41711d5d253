using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Seeds;

/// <summary>The examples of bitmapist's README, and the questions it says the library answers, in C#.</summary>
public abstract class Bitmapist3Spec(ITestServer server) : ClientSpec(server)
{
    private static readonly DateTimeOffset s_lastMonth = Noon.AddDays(-30);

    [Fact]
    public async Task Marks_are_found_in_their_periods()
    {
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        await Client3.MarkAsync("song:played", 123, cancellationToken: Cancel);

        Assert.True(await Client3.ContainsAsync(MonthEvents.From("active", Noon), 123, Cancel));
        Assert.True(await Client3.ContainsAsync(MonthEvents.From("song:played", Noon), 123, Cancel));
        Assert.True(await Client3.AnyAsync(MonthEvents.From("active", Noon), Cancel));
        Assert.Equal(1, await Client3.CountAsync(WeekEvents.From("active", Noon), Cancel));
        await foreach (uint id in Client3.IdsAsync(WeekEvents.From("active", Noon), Cancel)) Assert.Equal(123u, id);
        Assert.Equal([123u], await ListAsync(Client3.IdsAsync(WeekEvents.From("active", Noon), Cancel)));
    }

    [Fact]
    public async Task Current_events_are_those_of_the_clients_now()
    {
        Assert.Equal(new MonthEvents("active", Noon.Year, Noon.Month), MonthEvents.From("active", Client3.Now));
        Assert.Equal(new WeekEvents("active", 2026, 3), WeekEvents.From("active", Client3.Now));
        await Client3.MarkAsync("active", 1, cancellationToken: Cancel);
        Assert.True(await Client3.ContainsAsync(DayEvents.From("active", Client3.Now), 1, Cancel));
    }

    [Fact]
    public void Periods_have_siblings_and_spans()
    {
        MonthEvents current = MonthEvents.From("active", Noon);
        Assert.Equal(new MonthEvents("active", 2025, 12), current.Previous());
        Assert.Equal(new MonthEvents("active", 2026, 2), current.Next());
        Assert.Equal(new MonthEvents("active", 2025, 1), current.Shift(-12));
        Assert.False(current.PeriodEnd < Noon);
        Assert.True(current.Previous().IsOver(Noon));
    }

    [Fact]
    public async Task Hourly_tracking_is_chosen_by_default_or_by_call()
    {
        (BitmapistClient hourly, _) =
            await ConnectAsync(ClientSettings.Of(KeyLayout.Bitmapist3) with { TrackHourly = true });
        await hourly.MarkAsync("active", 123, cancellationToken: Cancel);
        await hourly.MarkAsync("active", 124, trackHourly: false, cancellationToken: Cancel);
        await Client3.MarkAsync("active", 125, cancellationToken: Cancel);
        await Client3.MarkAsync("active", 126, trackHourly: true, cancellationToken: Cancel);
        HourEvents hour = HourEvents.From("active", Noon);
        Assert.Equal([123u, 126u], await ListAsync(Client3.IdsAsync(hour, Cancel)));
        Assert.False(await Client3.AnyAsync(hour.Previous(), Cancel));
    }

    [Fact]
    public async Task Sides_of_an_AB_test_are_unique_events()
    {
        await Client3.MarkAsync("active", [1u, 2u, 3u], cancellationToken: Cancel);
        await Client3.MarkUniqueAsync("signup_form:classic", [1u, 4u], Cancel);
        await Client3.MarkUniqueAsync("signup_form:new", [2u, 3u], Cancel);
        DayEvents active = DayEvents.From("active", Noon);
        Assert.Equal(1, await Client3.CountAsync(active & new UniqueEvents("signup_form:classic"), Cancel));
        Assert.Equal(2, await Client3.CountAsync(active & new UniqueEvents("signup_form:new"), Cancel));
    }

    [Fact]
    public async Task Premium_is_a_flag_that_filters()
    {
        var premium = new UniqueEvents("premium");
        await Client3.MarkAsync("active", [1u, 2u, 3u], cancellationToken: Cancel);
        await Client3.MarkUniqueAsync("premium", 2, Cancel);
        await Client3.MarkUniqueAsync("premium", 3, Cancel);
        await Client3.UnmarkUniqueAsync("premium", 3, Cancel);
        var karma = new Dictionary<uint, int>();
        await foreach (uint id in Client3.IdsAsync(premium & DayEvents.From("active", Noon), Cancel)) karma[id] = 1;
        Assert.Equal([2u], karma.Keys);

        await Client3.MarkAsync("premium", 9, trackUnique: true, cancellationToken: Cancel); // both worlds
        Assert.True(await Client3.ContainsAsync(premium & DayEvents.From("premium", Noon), 9, Cancel));
    }

    [Fact]
    public async Task Bit_operations_nest()
    {
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        await Client3.MarkAsync("active", [123u, 224u], s_lastMonth, cancellationToken: Cancel);
        MonthEvents last = MonthEvents.From("active", s_lastMonth);
        MonthEvents present = MonthEvents.From("active", Noon);

        EventSet twoMonths = EventSet.And(last, present);
        Assert.Equal(1, await Client3.CountAsync(twoMonths, Cancel));
        Assert.True(await Client3.ContainsAsync(twoMonths, 123, Cancel));
        Assert.Equal(twoMonths, last & present);
        Assert.Equal(2, await Client3.CountAsync(last | present, Cancel));
        Assert.Equal([224u], await ListAsync(Client3.IdsAsync(last ^ present, Cancel)));

        EventSet nested = EventSet.And(EventSet.And(last, present), present);
        Assert.Equal(1, await Client3.CountAsync(nested, Cancel));
        Assert.True(await Client3.ContainsAsync(nested, 123, Cancel));
        Assert.False(await Client3.ContainsAsync(nested, 224, Cancel));
        Assert.True(await Client3.DeleteAsync(nested, Cancel));
    }

    [Fact]
    public async Task Operators_are_those_of_sets()
    {
        await Client3.MarkAsync("foo", [1u, 2u], cancellationToken: Cancel);
        await Client3.MarkAsync("bar", [2u, 3u], cancellationToken: Cancel);
        DayEvents foo = DayEvents.From("foo", Noon), bar = DayEvents.From("bar", Noon);
        Assert.Equal([2u], await ListAsync(Client3.IdsAsync(foo & bar, Cancel)));
        Assert.Equal([1u, 2u, 3u], await ListAsync(Client3.IdsAsync(foo | bar, Cancel)));
        Assert.Equal([1u, 3u], await ListAsync(Client3.IdsAsync(foo ^ bar, Cancel)));
        Assert.Equal([3u], await ListAsync(Client3.IdsAsync(~foo & bar, Cancel)));
        Assert.Equal([3u], await ListAsync(Client3.IdsAsync(bar - foo, Cancel)));
        Assert.Equal([0u, 3u, 4u, 5u, 6u, 7u], await ListAsync(Client3.IdsAsync(~foo, Cancel)));
        Assert.True(await Client3.ContainsAsync(new YearEvents("foo", Noon.Year), 1, Cancel));
    }

    [Fact]
    public async Task What_is_marked_can_be_deleted()
    {
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        await Client3.MarkAsync("active", 123, s_lastMonth, cancellationToken: Cancel);
        MonthEvents last = MonthEvents.From("active", s_lastMonth);
        EventSet twoMonths = last & MonthEvents.From("active", Noon);
        await Client3.CountAsync(twoMonths, Cancel);
        Assert.True(await Client3.DeleteAsync(twoMonths, Cancel)); // the temporary key
        await Client3.CountAsync(twoMonths, Cancel);
        Assert.Equal(1, await Client3.DeleteRuntimeKeysAsync(Cancel));
        await Client3.CountAsync(twoMonths, Cancel);
        Assert.Equal(1, await Client3.DeleteTemporaryKeysAsync(Cancel));
        Assert.True(await Client3.DeleteAsync(last, Cancel));
        Assert.False(await Client3.AnyAsync(last, Cancel));
        Assert.True(await Client3.DeleteAllEventsAsync(Cancel) > 0);
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task The_questions_the_library_answers_are_answered()
    {
        DateTimeOffset lastWeek = Noon.AddDays(-7);
        await Client3.MarkAsync("active", [1u, 2u, 3u, 4u], lastWeek, cancellationToken: Cancel);
        await Client3.MarkAsync("active", [1u, 9u], trackHourly: true, cancellationToken: Cancel);
        await Client3.MarkAsync("X", [1u], cancellationToken: Cancel);
        WeekEvents week = WeekEvents.From("active", Noon);
        Questions questions = Client3.Ask();
        Answer<bool> today = questions.Contains(DayEvents.From("active", Noon), 123);
        Answer<bool> performed = questions.Contains(new YearEvents("X", 2026), 1);
        Answer<long> thisHour = questions.CountOf(HourEvents.From("active", Noon));
        Answer<long> before = questions.CountOf(week.Previous());
        Answer<long> still = questions.CountOf(week & week.Previous());
        Answer<IdBitmap> who = questions.BitmapOf(WeekEvents.From("X", Noon));
        await questions.SendAsync(Cancel);
        Assert.Equal((false, true, 2L, 25.0),
            (today.Value, performed.Value, thisHour.Value, still.Value * 100.0 / before.Value));
        Assert.Equal([1u], who.Value);
    }

    [Fact]
    public async Task A_cohort_is_a_form_a_table_and_its_rendering()
    {
        await Client3.MarkAsync("user:active", [1u, 2u], cancellationToken: Cancel);
        await Client3.MarkAsync("task:complete", 1, cancellationToken: Cancel);
        var form = new CohortForm
        {
            ActionUrl = "/_Cohort",
            Selections1 = [new EventChoice("Are Active", "user:active")],
            Selections2 = [new EventChoice("Task completed", "task:complete")],
        };
        Assert.Contains("action=\"/_Cohort\"", form.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("Task completed", form.ToHtml(), StringComparison.Ordinal);
        CohortTable table = await Client3.CohortAsync(
            new CohortQuery { First = "user:active", Return = "task:complete", Unit = PeriodUnit.Day }, Cancel);
        Assert.Equal(31, table.Rows.Count);
        Assert.Equal(50.0, table.Rows[^1].Cells[0].Percent);
        Assert.Contains(">50.0%<", table.ToHtml(), StringComparison.Ordinal);
    }
}

public sealed class BitmapistOfBitmapist3(BitmapistServer server)
    : Bitmapist3Spec(server), IClassFixture<BitmapistServer>;

public sealed class RedisOfBitmapist3(RedisServer server) : Bitmapist3Spec(server), IClassFixture<RedisServer>;
