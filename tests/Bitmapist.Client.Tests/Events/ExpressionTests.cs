using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Tests.Events;

public sealed class ExpressionTests
{
    private static readonly MonthEvents s_a = new("a", 2026, 1);
    private static readonly MonthEvents s_b = new("b", 2026, 1);
    private static readonly MonthEvents s_c = new("c", 2026, 1);
    private static readonly KeyNames s_keys = new("trackist_");

    [Fact]
    public void Operators_of_one_kind_become_one_operation()
    {
        Assert.Equal(EventSet.And(s_a, s_b, s_c), s_a & s_b & s_c);
        Assert.Equal(EventSet.And(s_a, s_b, s_c), s_a & (s_b & s_c));
        Assert.Equal(EventSet.Or(s_a, s_b, s_c), (s_a | s_b) | s_c);
        Assert.Equal(EventSet.Xor(s_a, s_b, s_c), s_a ^ (s_b ^ s_c));
        Assert.NotEqual(EventSet.And(EventSet.And(s_a, s_b), s_c), s_a & s_b & s_c);
        Assert.NotEqual(s_a & s_b, s_b & s_a);
        Assert.Equal((s_a & s_b).GetHashCode(), EventSet.And(s_a, s_b).GetHashCode());
        Assert.Equal(s_a - s_b - s_c, s_a.Except(s_b).Except(s_c));
        Assert.Same(s_a, EventSet.Or(s_a));
    }

    [Fact]
    public void Sets_print_as_they_are_written()
    {
        Assert.Equal("MonthEvents(\"a\", 2026, 1)", s_a.ToString());
        Assert.Equal("WeekEvents(\"active\", 2020, 4)", new WeekEvents("active", 2020, 4).ToString());
        Assert.Equal("DayEvents(\"login\", 2020, 1, 25)", new DayEvents("login", 2020, 1, 25).ToString());
        Assert.Equal("HourEvents(\"login\", 2020, 1, 25, 15)", new HourEvents("login", 2020, 1, 25, 15).ToString());
        Assert.Equal("YearEvents(\"login\", 2020)", new YearEvents("login", 2020).ToString());
        Assert.Equal("UniqueEvents(\"premium\")", new UniqueEvents("premium").ToString());
        var a = new UniqueEvents("a");
        var b = new UniqueEvents("b");
        var c = new UniqueEvents("c");
        Assert.Equal("UniqueEvents(\"a\") & (UniqueEvents(\"b\") | UniqueEvents(\"c\"))", (a & (b | c)).ToString());
        Assert.Equal("UniqueEvents(\"a\") & UniqueEvents(\"b\") | UniqueEvents(\"c\")", (a & b | c).ToString());
        Assert.Equal("~(UniqueEvents(\"a\") ^ UniqueEvents(\"b\")) - UniqueEvents(\"c\")", (~(a ^ b) - c).ToString());
        Assert.Equal("UniqueEvents(\"a\") - (UniqueEvents(\"b\") - UniqueEvents(\"c\"))", (a - (b - c)).ToString());
    }

    [Fact]
    public void Results_are_named_as_in_Python()
    {
        Assert.Equal("trackist_a_2026-1", s_keys.Of(s_a));
        Assert.Equal("trackist_bitop_AND_trackist_a_2026-1-trackist_b_2026-1", s_keys.Of(s_a & s_b));
        Assert.Equal("trackist_bitop_NOT_trackist_a_2026-1", s_keys.Of(~s_a));
        Assert.Equal(
            "trackist_bitop_AND_trackist_bitop_AND_trackist_a_2026-1-trackist_b_2026-1-trackist_c_2026-1",
            s_keys.Of(EventSet.And(EventSet.And(s_a, s_b), s_c)));
        Assert.Equal(
            "trackist_bitop_XOR_trackist_a_2026-1-trackist_bitop_AND_trackist_a_2026-1-trackist_b_2026-1",
            s_keys.Of(s_a - s_b));
        Assert.Equal(
            "trackist_bitop_OR_"
                + string.Join('-', Enumerable.Range(1, 12).Select(month => $"trackist_a_2026-{month}")),
            s_keys.Of(new YearEvents("a", 2026)));
        Assert.Equal("trackist_a_W2026-3", s_keys.Of(new WeekEvents("a", 2026, 3)));
        Assert.Equal("trackist_a_2026-1-17", s_keys.Of(new DayEvents("a", 2026, 1, 17)));
        Assert.Equal("trackist_a_2026-1-17-9", s_keys.Of(new HourEvents("a", 2026, 1, 17, 9)));
        Assert.Equal("trackist_a_u", s_keys.Of(new UniqueEvents("a")));
        Assert.Equal(
            "trackist_bitop_OR_trackist_a_2026-1-2-trackist_a_2026-1-1-trackist_a_2025-12-31",
            s_keys.Of(new RollingEvents("a", PeriodUnit.Day, 3, new DayEvents("a", 2026, 1, 2).PeriodStart)));
        Assert.Equal(
            "trackist_a_2026-1-2",
            s_keys.Of(new RollingEvents("a", PeriodUnit.Day, 1, new DayEvents("a", 2026, 1, 2).PeriodStart)));
    }

    [Fact]
    public void Shifting_an_expression_shifts_every_operand()
    {
        EventSet stayed = s_a & new WeekEvents("w", 2026, 1) & new UniqueEvents("premium");
        EventSet expected = s_a.Previous() & new WeekEvents("w", 2025, 52) & new UniqueEvents("premium");
        Assert.Equal(expected, stayed.Previous());
        Assert.Equal(stayed, stayed.Previous().Next());
        Assert.Equal((s_a - s_b).Shift(3), s_a.Shift(3) - s_b.Shift(3));
        Assert.Equal((~s_a).Shift(3), ~s_a.Shift(3));
    }

    [Fact]
    public void The_period_of_an_expression_is_that_of_all_its_operands()
    {
        EventPeriod period = (s_a & s_a.Shift(2) & new UniqueEvents("premium")).Period!.Value;
        Assert.Equal(new EventPeriod(s_a.PeriodStart, s_a.Shift(2).PeriodEnd), period);
        Assert.Null((new UniqueEvents("a") | new UniqueEvents("b")).Period);
    }

    [Fact]
    public void Definitions_complement_and_no_text_is_no_definition()
    {
        EventDefinition not = ~(EventDefinition)"a";
        Assert.Equal("~a", not.Name);
        Assert.Equal(~s_a, not.In(PeriodUnit.Month, new DateOnly(2026, 1, 1)));
        string? nothing = null;
        Assert.Null((EventDefinition?)nothing);
        Assert.Throws<ArgumentException>(() => (EventDefinition)"");
    }

    [Fact]
    public void Definitions_become_sets_in_any_period()
    {
        EventDefinition active = "active", web = "web", ios = "ios";
        EventDefinition custom = (active & (web | ios)).As("active_web_ios");
        Assert.Equal("active_web_ios", custom.Name);
        Assert.Equal(
            new MonthEvents("active", 2026, 1) & (new MonthEvents("web", 2026, 1) | new MonthEvents("ios", 2026, 1)),
            custom.In(PeriodUnit.Month, new DateOnly(2026, 1, 17)));
        Assert.Equal(
            new WeekEvents("active", 2026, 3) & (new WeekEvents("web", 2026, 3) | new WeekEvents("ios", 2026, 3)),
            custom.In(PeriodUnit.Week, new DateOnly(2026, 1, 17)));
        Assert.Equal(
            new DayEvents("a", 2026, 1, 17) - new UniqueEvents("staff"),
            ((EventDefinition)"a" - EventDefinition.Unique("staff")).In(PeriodUnit.Day, new DateOnly(2026, 1, 17)));
        Assert.Equal(
            new MonthEvents("a", 2026, 1) & new MonthEvents("a", 2025, 12),
            ((EventDefinition)"a" & EventDefinition.Of("a").Shift(-1)).In(PeriodUnit.Month, new DateOnly(2026, 1, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => custom.In(PeriodUnit.Hour, new DateOnly(2026, 1, 1)));
    }

    [Fact]
    public void A_catalog_finds_definitions_and_else_plain_events()
    {
        EventDefinition custom = ((EventDefinition)"web" | "ios").As("anywhere");
        EventCatalog catalog = new EventCatalog().Add(custom);
        Assert.Same(custom, catalog.Find("anywhere"));
        DateOnly newYear = new(2026, 1, 1);
        Assert.Equal(new DayEvents("web", 2026, 1, 1), catalog.Find("web").In(PeriodUnit.Day, newYear));
        Assert.Equal(["anywhere"], catalog.Names);
    }
}
