using Bitmapist.Client.Asking;
using Bitmapist.Client.Keys;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Servers;

namespace Bitmapist.Client.Tests.Marks;

/// <summary>What a stream of marks keeps in memory, and what it refuses; without a server.</summary>
public sealed class MarkStreamTests
{
    private static readonly DateTimeOffset s_moment = new(2026, 3, 1, 0, 30, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Keys_are_made_once_an_hour_and_the_memory_for_them_is_bounded()
    {
        int made = 0;
        var names = new KeyNames("");
        var stream = new MarkStream(mark =>
        {
            made++;
            return MarkKeys.Of(names, mark.Name, mark.At, trackHourly: true, trackUnique: true);
        }, new ResultCache(TimeProvider.System), isSet: true);
        var batch = new RequestBatch();
        for (uint id = 0; id < 100; id++) stream.Append(batch, new EventMark("a", id, s_moment.AddSeconds(id)));
        Assert.Equal((1, 1, 1), (made, stream.Kept, stream.UnderWay));
        Assert.Equal(500, batch.Count);
        stream.Append(batch, new EventMark("a", 1, s_moment.AddHours(1)));
        stream.Append(batch, new EventMark("b", 1, s_moment));
        Assert.Equal((3, 3, 3), (made, stream.Kept, stream.UnderWay));
        stream.Acknowledge(100);
        Assert.Equal(2, stream.UnderWay);
        stream.Acknowledge(102);
        Assert.Equal((3, 0), (stream.Kept, stream.UnderWay));
        for (int hours = 0; hours < ClientLimits.MarkKeysKeptMax * 2; hours++)
        {
            stream.Append(batch, new EventMark("a", 1, s_moment.AddHours(hours)));
            Assert.InRange(stream.Kept, 1, ClientLimits.MarkKeysKeptMax);
        }
    }

    [Fact]
    public async Task Every_batch_is_repeatable_and_a_mark_of_nothing_is_refused_by_its_number()
    {
        var channel = new ScriptedChannel(_ => ":0\r\n");
        await using var client = new BitmapistClient(channel, ClientSettings.Of(KeyLayout.Bitmapist4));
        EventMark[] marks = [new("a", 1, s_moment), new("b", 2, s_moment)];
        Assert.Equal(2, await client.MarkAsync(marks, cancellationToken: Cancel));
        Assert.Equal(8, channel.Sent.Count);
        Assert.All(channel.Sent, sent => Assert.True(sent.IsRepeatable));
        var refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => client.MarkAsync([.. marks, default], cancellationToken: Cancel));
        Assert.Contains("Mark number 3 ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await client.MarkAsync(Array.Empty<EventMark>(), cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentNullException>("marks",
            () => client.MarkAsync((IEnumerable<EventMark>)null!, cancellationToken: Cancel));
        Assert.Throws<ArgumentException>(() => new EventMark("", 1, s_moment));
    }

    [Fact]
    public void The_time_of_a_mark_is_one_of_UTC_unless_it_says_otherwise()
    {
        LocalZone.Require();
        var expected = new EventMark("a", 1, s_moment);
        Assert.Equal(expected, new EventMark("a", 1, s_moment.UtcDateTime));
        Assert.Equal(expected, new EventMark("a", 1, DateTime.SpecifyKind(s_moment.UtcDateTime, default)));
        Assert.Equal(expected, new EventMark("a", 1, s_moment.LocalDateTime));
    }
}
