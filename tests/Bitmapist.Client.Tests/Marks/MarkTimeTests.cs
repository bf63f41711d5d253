using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Servers;

namespace Bitmapist.Client.Tests.Marks;

/// <summary>A DateTime means the same in every method: UTC, unless its kind is local. Without a server.</summary>
public sealed class MarkTimeTests
{
    private static readonly DateTimeOffset s_moment = new(2026, 3, 1, 0, 30, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DateTimeKind> Kinds => [DateTimeKind.Unspecified, DateTimeKind.Utc, DateTimeKind.Local];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Marks_of_one_id_take_a_DateTime(DateTimeKind kind)
    {
        DateTime at = MomentAs(kind);
        await SameKeysAsync(
            client => client.MarkAsync("a", 1, s_moment, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", 1, at, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", 1, (DateTime?)at, trackHourly: true, cancellationToken: Cancel));
        await SameKeysAsync(
            client => client.UnmarkAsync("a", 1, s_moment, trackHourly: true, cancellationToken: Cancel),
            client => client.UnmarkAsync("a", 1, at, trackHourly: true, cancellationToken: Cancel),
            client => client.UnmarkAsync("a", 1, (DateTime?)at, trackHourly: true, cancellationToken: Cancel));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Marks_of_many_ids_take_a_DateTime(DateTimeKind kind)
    {
        DateTime at = MomentAs(kind);
        uint[] ids = [1, 2];
        IAsyncEnumerable<uint> streamed = ids.ToAsyncEnumerable();
        await SameKeysAsync(
            client => client.MarkAsync("a", ids, s_moment, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", ids, at, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", streamed, at, trackHourly: true, cancellationToken: Cancel));
        await SameKeysAsync(
            client => client.UnmarkAsync("a", ids, s_moment, trackHourly: true, cancellationToken: Cancel),
            client => client.UnmarkAsync("a", ids, at, trackHourly: true, cancellationToken: Cancel),
            client => client.UnmarkAsync("a", streamed, at, trackHourly: true, cancellationToken: Cancel));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Marks_of_a_transaction_take_a_DateTime(DateTimeKind kind)
    {
        DateTime at = MomentAs(kind);
        await SameKeysAsync(
            client => CommitAsync(client, marks =>
                marks.Mark("a", 1, s_moment, trackHourly: true).Unmark("b", 2, s_moment, trackHourly: true)),
            client => CommitAsync(client, marks =>
                marks.Mark("a", 1, at, trackHourly: true).Unmark("b", 2, at, trackHourly: true)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Periods_are_compared_with_a_DateTime(DateTimeKind kind)
    {
        LocalZone.Require();
        DateTime at = MomentAs(kind);
        var hour = HourEvents.From("a", s_moment);
        Assert.True(hour.Period!.Value.Contains(at));
        Assert.False(hour.IsOver(at) || hour.Period.Value.IsOver(at));
        Assert.True(hour.Previous().IsOver(at) && hour.Previous().Period!.Value.IsOver(at));
    }

    [Fact]
    public async Task No_time_of_whatever_type_means_now()
    {
        DateTime? none = null;
        await SameKeysAsync(
            client => client.MarkAsync("a", 1, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", 1, none, trackHourly: true, cancellationToken: Cancel),
            client => client.MarkAsync("a", 1, null, trackHourly: true, cancellationToken: Cancel));
    }

    private static DateTime MomentAs(DateTimeKind kind) => kind == DateTimeKind.Local
        ? s_moment.LocalDateTime
        : DateTime.SpecifyKind(s_moment.UtcDateTime, kind);

    private static async Task CommitAsync(BitmapistClient client, Action<MarkTransaction> collect)
    {
        await using MarkTransaction transaction = client.BeginTransaction();
        collect(transaction);
        await transaction.CommitAsync(Cancel);
    }

    /// <summary>Asserts that every way to mark sends the same requests.</summary>
    private static async Task SameKeysAsync(
        Func<BitmapistClient, Task> expected, params Func<BitmapistClient, Task>[] others)
    {
        LocalZone.Require();
        List<string> requests = await SentAsync(expected);
        Assert.NotEmpty(requests);
        foreach (Func<BitmapistClient, Task> other in others) Assert.Equal(requests, await SentAsync(other));
    }

    /// <summary>The keys in the order in which they were sent.</summary>
    private static async Task<List<string>> SentAsync(Func<BitmapistClient, Task> mark)
    {
        var channel = new ScriptedChannel(_ => ":0\r\n");
        ClientSettings settings = ClientSettings.Of(KeyLayout.Bitmapist4) with { Time = new StillClock(s_moment) };
        await using var client = new BitmapistClient(channel, settings);
        await mark(client);
        return [.. channel.Sent.Select(sent => sent.Request)];
    }
}
