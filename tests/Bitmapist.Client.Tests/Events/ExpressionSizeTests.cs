using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;

namespace Bitmapist.Client.Tests.Events;

/// <summary>Expressions that would outgrow names, memory or stacks are refused when they are built or asked.</summary>
public sealed class ExpressionSizeTests
{
    private static readonly UniqueEvents s_a = new("a");
    private static readonly UniqueEvents s_b = new("b");

    /// <summary>Ways to put one more operation around a set.</summary>
    private static readonly Dictionary<string, Func<EventSet, EventSet>> s_around = new()
    {
        ["complement"] = set => ~set,
        ["nested AND"] = set => EventSet.And(set, s_b),
        ["nested on the right"] = set => EventSet.Or(s_b, set),
        ["alternating"] = set => (set & s_a) | s_b,
        ["alternating on the right"] = set => s_a ^ (s_b & set),
        ["taken from"] = set => s_a - set,
    };

    public static TheoryData<string> Ways => [.. s_around.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public void Nesting_is_refused_early_and_what_is_allowed_needs_little_stack(string way)
    {
        EventSet deepest = s_a;
        int levels = 0;
        ArgumentException? refusal = null;
        while (refusal is null)
        {
            try
            {
                deepest = s_around[way](deepest);
                levels++;
            }
            catch (ArgumentException tooDeep)
            {
                refusal = tooDeep;
            }
        }

        Assert.StartsWith("Operations may be nested 1,200 deep, not 1,20", refusal.Message,
            StringComparison.Ordinal);
        Assert.InRange(levels, 400, 1_200);
        // A thread of Windows, or of Alpine, has no more.
        OnSmallStack(() =>
        {
            Assert.NotEmpty(deepest.ToString());
            Assert.Equal(deepest.GetHashCode(), deepest.Shift(0).GetHashCode());
            Assert.Equal(deepest, deepest.Shift(0));
            Assert.False(deepest.IsOver(DateTimeOffset.MaxValue));
            Assert.Null(deepest.Period);
            foreach (KeyLayout layout in Enum.GetValues<KeyLayout>())
            {
                var client = new BitmapistClient(new ScriptedChannel(Answer), ClientSettings.Of(layout));
                Assert.Contains("bitop_", client.KeyOf(deepest), StringComparison.Ordinal);
                Assert.Equal(1, client.CountAsync(deepest, Cancel).GetAwaiter().GetResult());
                client.ContainsAsync(deepest, 1, Cancel).GetAwaiter().GetResult();
            }
        });
    }

    /// <summary>Each line uses the one before twice: a dozen lines are thousands of keys, forty fill memory.</summary>
    [Fact]
    public void What_is_used_twice_at_every_level_is_refused_before_it_is_spelled_out()
    {
        EventSet doubled = s_a;
        var refusal = Assert.Throws<ArgumentException>(() =>
        {
            for (int level = 0; level < 100; level++) doubled = (doubled | s_a) ^ (doubled & s_b);
        });
        Assert.Contains("bytes, which spells all", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("1,048,576 are allowed", refusal.Message, StringComparison.Ordinal);
        EventSet left = s_a;
        refusal = Assert.Throws<ArgumentException>(() =>
        {
            // A difference spells its left side twice.
            for (int level = 0; level < 100; level++) left = (left | s_b) - s_a;
        });
        Assert.Contains("1,048,576 are allowed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_the_prefix_makes_too_long_is_refused_before_anything_is_sent()
    {
        EventSet many = EventSet.Or([.. Enumerable.Range(0, 10_000).Select(n => new UniqueEvents($"event{n}"))]);
        var channel = new ScriptedChannel(Answer);
        ClientSettings settings = ClientSettings.Of(KeyLayout.Bitmapist3);
        var small = new BitmapistClient(channel, settings);
        Assert.Equal(1, await small.CountAsync(many, Cancel));
        int sent = channel.Sent.Count;
        var large = new BitmapistClient(channel, settings with { KeyPrefix = new string('p', 100) + "_" });
        Func<Task>[] ways =
        [
            () => large.CountAsync(many, Cancel), () => large.AnyAsync(many, Cancel),
            () => large.BitmapAsync(many, Cancel), () => large.DeleteAsync(many, Cancel),
            () => large.CohortAsync(many, many, cancellationToken: Cancel),
            () => Task.FromResult(large.IdsAsync(many, Cancel)), () => Task.FromResult(large.KeyOf(many)),
        ];
        foreach (Func<Task> way in ways)
        {
            var refusal = await Assert.ThrowsAsync<ArgumentException>(way);
            Assert.Contains("1,048,576 are allowed", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(sent, channel.Sent.Count);
    }

    [Fact]
    public void Names_are_never_longer_than_was_counted_on()
    {
        var client = new BitmapistClient(new ScriptedChannel(Answer), ClientSettings.Of(KeyLayout.Bitmapist3));
        var day = new DayEvents("größe-trackist_", 2026, 12, 31); // a name that must be spelled with doubled dashes
        EventSet[] sets =
        [
            s_a & s_b, ~s_a, s_a - s_b, s_a - s_b - day, (s_a | s_b) - (day - s_a), day & (s_a | day) & s_b,
            new YearEvents("year", 2026) & s_a,
            new RollingEvents("hour", PeriodUnit.Hour, 48, DateTime.UnixEpoch) - day,
            new RollingEvents("y", PeriodUnit.Year, 3, DateTime.UnixEpoch) ^ new HourEvents("h", 2026, 12, 31, 23),
        ];
        foreach (EventSet set in sets)
        {
            long counted = set.Size.Bytes + (set.Size.Names * "trackist_".Length);
            int actual = System.Text.Encoding.UTF8.GetByteCount(client.KeyOf(set));
            Assert.InRange(actual, counted / 3, counted);
        }
    }

    [Fact]
    public void Too_many_periods_are_refused_before_they_are_listed()
    {
        Assert.Throws<ArgumentException>(
            () => new RollingEvents("active", PeriodUnit.Hour, 10_000_000, new DateTime(2026, 1, 1)));
        Assert.Equal(8_760, new RollingEvents("active", PeriodUnit.Hour, 8_760, new DateTime(2026, 1, 1)).Count);
    }

    [Fact]
    public void Definitions_are_refused_before_their_functions_nest_too_deep()
    {
        EventDefinition deepest = "a";
        int levels = 0;
        var refusal = Assert.Throws<ArgumentException>(() =>
        {
            for (; levels < 100_000; levels++) deepest = (deepest | "b").As("deep");
        });
        Assert.StartsWith("Definitions may be nested 1,200 deep", refusal.Message,
            StringComparison.Ordinal);
        Assert.Equal(1_200, levels);
        OnSmallStack(() => Assert.Equal(
            1_201, ((Combination)deepest.In(PeriodUnit.Day, DateTime.UnixEpoch)).Operands.Count));
        EventDefinition shifted = "a";
        Assert.Throws<ArgumentException>(() =>
        {
            for (int i = 0; i < 100_000; i++) shifted = (~shifted.Shift(1)).As("shifted");
        });
    }

    private static string Answer(string request) => request.Split(' ')[0] switch
    {
        "MULTI" => "+OK\r\n",
        "EXEC" => "*2\r\n:1\r\n:1\r\n",
        _ => ":1\r\n",
    };

    private static void OnSmallStack(Action test)
    {
        const int StackBytes = 1024 * 1024;
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(test), StackBytes);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
