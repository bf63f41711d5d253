using System.Globalization;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Connections;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Marks;

/// <summary>Marks of many events, ids and times in one stream.</summary>
public abstract class MarkStreamSpec(ITestServer server) : ClientSpec(server)
{
    private const int MarksPerStep = 1_000; // sent one by one, so many at a time

    [Theory]
    [InlineData(5_000, null, null)]
    [InlineData(5_000, false, false)]
    [InlineData(50_000, true, true)]
    public async Task A_stream_equals_marks_made_one_by_one(int count, bool? trackHourly, bool? trackUnique)
    {
        EventMark[] marks = RandomMarks(count, out int seed);
        EventMark[] withdrawn = [.. marks.Where((_, number) => number % 3 == 0)];
        await using BitmapistClient streamed = await ConnectAsync(Server.Port, "one_");
        await using BitmapistClient single = await ConnectAsync(Server.Port, "two_");

        Assert.Equal(count, await streamed.MarkAsync(Slowly(marks), trackHourly, trackUnique, Cancel));
        foreach (EventMark[] some in marks.Chunk(MarksPerStep))
        {
            await Task.WhenAll(some.Select(mark =>
                single.MarkAsync(mark.Name, mark.Id, mark.At, trackHourly, trackUnique, Cancel)));
        }

        await AssertSameKeysAsync(seed);
        Assert.Equal(withdrawn.Length, await streamed.UnmarkAsync(withdrawn, trackHourly, trackUnique, Cancel));
        foreach (EventMark[] some in withdrawn.Chunk(MarksPerStep))
        {
            await Task.WhenAll(some.Select(mark =>
                single.UnmarkAsync(mark.Name, mark.Id, mark.At, trackHourly, trackUnique, Cancel)));
        }

        await AssertSameKeysAsync(seed);
        Assert.Equal(count, await streamed.MarkAsync(marks, trackHourly, trackUnique, Cancel));
        Assert.Equal(
            withdrawn.Length, await streamed.UnmarkAsync(Slowly(withdrawn), trackHourly, trackUnique, Cancel));
        await AssertSameKeysAsync(seed);
    }

    [Fact]
    public async Task A_stream_goes_on_over_connections_that_are_cut()
    {
        const int Marks = 50_000;
        EventMark[] marks = RandomMarks(Marks, out int seed);
        await using var relay = Relay.Tcp(Server.Port);
        relay.CutAfter = number =>
            number <= 4 ? (number * 500_000, long.MaxValue) : (long.MaxValue, long.MaxValue);
        await using BitmapistClient streamed = await ConnectAsync(relay.Port, "one_");
        Assert.Equal(Marks, await streamed.MarkAsync(marks, cancellationToken: Cancel));
        Assert.Equal(5, relay.Connections);
        await using BitmapistClient whole = await ConnectAsync(Server.Port, "two_");
        Assert.Equal(Marks, await whole.MarkAsync(marks, cancellationToken: Cancel));
        await AssertSameKeysAsync(seed);
    }

    [Fact]
    public async Task A_source_that_throws_ends_the_stream_and_leaves_marks_from_the_first_on()
    {
        IEnumerable<EventMark> Failing()
        {
            for (uint id = 0; id < 10_000; id++) yield return new EventMark("a", id, Noon);
            throw new InvalidDataException("line 10,001");
        }

        await Assert.ThrowsAsync<InvalidDataException>(
            () => Client.MarkAsync(Failing(), cancellationToken: Cancel));
        List<uint> marked = await IdsOf(DayEvents.From("a", Noon));
        Assert.InRange(marked.Count, 1, 10_000);
        Assert.Equal(Enumerable.Range(0, marked.Count).Select(id => (uint)id), marked);
        // Marks repeat without harm.
        Assert.Equal(10_000, await Client.MarkAsync(Failing().Take(10_000), cancellationToken: Cancel));
        Assert.Equal(10_000, await Client.CountAsync(DayEvents.From("a", Noon), Cancel));
    }

    [Fact]
    public async Task Cancelling_a_stream_leaves_the_client_usable()
    {
        await using BitmapistClient client = await ConnectAsync(Server.Port, "one_");
        using var enough = new CancellationTokenSource();
        IEnumerable<EventMark> Endless()
        {
            for (uint id = 0; ; id++)
            {
                if (id == 20_000) enough.Cancel();
                yield return new EventMark("a", id, Noon);
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.MarkAsync(Endless(), cancellationToken: enough.Token));
        await client.MarkAsync("b", 1, Noon, cancellationToken: Cancel);
        Assert.Equal(1, await client.CountAsync(DayEvents.From("b", Noon), Cancel));
        Assert.True(await client.ContainsAsync(DayEvents.From("a", Noon), 0, Cancel));
    }

    [Fact]
    public async Task A_result_computed_while_a_stream_lasts_is_soon_forgotten_and_at_its_end()
    {
        DayEvents a = DayEvents.From("a", Noon), b = DayEvents.From("b", Noon);
        const uint Half = 20_000;
        IEnumerable<uint> everyone = Enumerable.Range(0, (int)Half * 2).Select(id => (uint)id);
        await Client.MarkAsync("b", everyone, cancellationToken: Cancel);
        Assert.Equal(0, await Client.CountAsync(a & b, Cancel));
        long first = 0, second = 0;
        async IAsyncEnumerable<EventMark> Asking()
        {
            for (uint id = 0; id < Half; id++) yield return new EventMark("a", id, Noon);
            first = await Client.CountAsync(a & b, Cancel);
            for (uint id = Half; id < Half * 2; id++) yield return new EventMark("a", id, Noon);
            second = await Client.CountAsync(a & b, Cancel);
        }

        Assert.Equal(Half * 2, await Client.MarkAsync(Asking(), cancellationToken: Cancel));
        Assert.InRange(first, 1, Half);
        Assert.InRange(second, Half + 1, Half * 2);
        Assert.Equal(Half * 2, await Client.CountAsync(a & b, Cancel));
    }

    [Fact]
    public async Task A_result_computed_before_a_stream_failed_is_forgotten()
    {
        DayEvents a = DayEvents.From("a", Noon), b = DayEvents.From("b", Noon);
        await Client.MarkAsync("b", [0u, 1u], cancellationToken: Cancel);
        async IAsyncEnumerable<EventMark> Failing()
        {
            yield return new EventMark("a", 0, Noon);
            Assert.Equal(0, await Client.CountAsync(a & b, Cancel)); // That mark waits for company.
            for (uint id = 1; id < 1_000; id++) yield return new EventMark("a", id, Noon);
            throw new InvalidDataException("line 1,001");
        }

        await Assert.ThrowsAsync<InvalidDataException>(
            () => Client.MarkAsync(Failing(), cancellationToken: Cancel));
        Assert.Equal(2, await Client.CountAsync(a & b, Cancel));
    }

    private static EventMark[] RandomMarks(int count, out int seed)
    {
        seed = Environment.TickCount;
        var random = new Random(seed);
        string[] names = ["active", "song:played", "with_score", "zażółć"];
        var marks = new EventMark[count];
        for (int i = 0; i < count; i++)
        {
            // Around New Year, whose ISO week has days of both; some with an offset.
            DateTimeOffset at = new DateTimeOffset(2025, 12, 26, 0, 0, 0, TimeSpan.Zero)
                .AddMinutes(random.Next(10 * 24 * 60)).ToOffset(TimeSpan.FromHours(random.Next(-12, 13)));
            marks[i] = new EventMark(names[random.Next(names.Length)], (uint)random.Next(20_000), at);
        }

        return marks;
    }

    private static async IAsyncEnumerable<EventMark> Slowly(EventMark[] marks)
    {
        foreach (EventMark mark in marks)
        {
            if (mark.Id % 1_000 == 0) await Task.Yield();
            yield return mark;
        }
    }

    private static ValueTask<BitmapistClient> ConnectAsync(int port, string prefix) => BitmapistClient.ConnectAsync(
        new BitmapistOptions
        {
            Host = "127.0.0.1", Port = port, KeyPrefix = prefix, ReconnectDelayMs = 5, ResponseTimeoutMs = 20_000,
        }, Cancel);

    private async Task AssertSameKeysAsync(int seed)
    {
        List<string> keys = await KeysAsync();
        string[] ones = [.. keys.Where(key => key.StartsWith("one_", StringComparison.Ordinal))];
        Assert.NotEmpty(ones);
        Assert.Equal(keys.Count, 2 * ones.Length);
        foreach (string key in ones)
        {
            bool areEqual = await SendAsync("GET", key) == await SendAsync("GET", "two_" + key[4..]);
            Assert.True(areEqual, string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {key}"));
        }
    }
}

public sealed class BitmapistMarkStreamTests(BitmapistServer server)
    : MarkStreamSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisMarkStreamTests(RedisServer server) : MarkStreamSpec(server), IClassFixture<RedisServer>
{
    [Fact]
    public async Task A_refused_stream_says_how_far_it_came()
    {
        await SendAsync("LPUSH", "bitmapist_late_u", "x"); // Ours has no other type than strings.
        IEnumerable<EventMark> marks = Enumerable.Range(0, 20_000)
            .Select(i => new EventMark(i == 10_000 ? "late" : "early", (uint)i, Noon));
        var error = await Assert.ThrowsAsync<ServerErrorException>(
            () => Client.MarkAsync(marks, cancellationToken: Cancel));
        Assert.Equal("WRONGTYPE", error.Code);
        Assert.Contains("SETBIT bitmapist_late_u. Of the bulk, the first ", error.Message, StringComparison.Ordinal);
    }
}
