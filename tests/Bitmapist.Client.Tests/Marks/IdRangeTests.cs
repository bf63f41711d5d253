using Bitmapist.Client.Asking;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Servers;

namespace Bitmapist.Client.Tests.Marks;

/// <summary>Ids of every integer type are taken, and none is cut to 32 bits.</summary>
public sealed class IdRangeTests : IAsyncDisposable
{
    private readonly ScriptedChannel _channel = new(_ => ":1\r\n");
    private readonly BitmapistClient _client;

    public IdRangeTests() => _client = new BitmapistClient(_channel, ClientSettings.Of(KeyLayout.Bitmapist3));

    public static TheoryData<long> OutOfRange => [-1, long.MinValue, uint.MaxValue + 1L, long.MaxValue];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Literals_and_variables_of_any_type_compile_and_mean_the_same()
    {
        int number = 123;
        long large = uint.MaxValue;
        short small = 7;
        var at = new DateTime(2026, 1, 15, 0, 0, 0, DateTimeKind.Utc);
        await _client.MarkAsync("a", 123, cancellationToken: Cancel);
        await _client.MarkAsync("a", number, cancellationToken: Cancel);
        await _client.MarkAsync("a", large, at, cancellationToken: Cancel);
        await _client.UnmarkAsync("a", small, at, cancellationToken: Cancel);
        await _client.UnmarkAsync("a", number, cancellationToken: Cancel);
        await _client.MarkUniqueAsync("a", number, Cancel);
        await _client.UnmarkUniqueAsync("a", large, Cancel);
        await _client.MarkAttributeAsync("a", number, Cancel);
        Assert.True(await _client.ContainsAsync(new UniqueEvents("a"), number, Cancel));
        Assert.True(await _client.ContainsAsync(new UniqueEvents("a"), 123, Cancel));
        await _client.BeginTransaction().Mark("a", 1).Mark("a", number).Mark("a", large, at).Unmark("a", number)
            .Unmark("a", large, at).MarkUnique("a", number).UnmarkUnique("a", large).CommitAsync(Cancel);
        Questions questions = _client.Ask();
        questions.Contains(new UniqueEvents("a"), 1);
        questions.Contains(new UniqueEvents("a"), number);
        await questions.SendAsync(Cancel);
        Assert.Equal(uint.MaxValue, new EventMark("a", large, at).Id);
        Assert.Equal(123u, new EventMark("a", number, new DateTimeOffset(at)).Id);
        Assert.False(IdBitmap.Empty.Contains(number));
        Assert.False(IdBitmap.Empty.Contains(123));
    }

    [Fact]
    public async Task Many_ids_of_any_type_are_taken()
    {
        DateTime? at = null;
        Assert.Equal(3, await _client.MarkAsync("a", Enumerable.Range(0, 3), cancellationToken: Cancel));
        Assert.Equal(2, await _client.MarkAsync("a", [1, 2], cancellationToken: Cancel));
        List<long> large = [0, uint.MaxValue];
        Assert.Equal(2, await _client.MarkAsync("a", large, at, cancellationToken: Cancel));
        Assert.Equal(1, await _client.MarkAsync("a", Async<ulong>(uint.MaxValue), cancellationToken: Cancel));
        Assert.Equal(1, await _client.MarkAsync("a", Async<short>(short.MaxValue), at, cancellationToken: Cancel));
        Assert.Equal(1, await _client.UnmarkAsync("a", new[] { byte.MaxValue }, cancellationToken: Cancel));
        Assert.Equal(1, await _client.UnmarkAsync("a", Async(1L), at, cancellationToken: Cancel));
        Assert.Equal(3, await _client.MarkUniqueAsync("a", Enumerable.Range(0, 3), Cancel));
        Assert.Equal(1, await _client.MarkUniqueAsync("a", Async(1), Cancel));
        Assert.Equal(1, await _client.UnmarkUniqueAsync("a", Async(1L), Cancel));
        Assert.Equal(1, await _client.UnmarkUniqueAsync("a", new[] { (Int128)1 }, Cancel));
    }

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public async Task An_id_out_of_range_is_refused_wherever_it_is_given(long id)
    {
        var set = new UniqueEvents("a");
        var at = new DateTime(2026, 1, 15, 0, 0, 0, DateTimeKind.Utc);
        MarkTransaction transaction = _client.BeginTransaction();
        (string Name, Action Give)[] ways =
        [
            ("mark", () => _client.MarkAsync("a", id)), ("mark at", () => _client.MarkAsync("a", id, at)),
            ("unmark", () => _client.UnmarkAsync("a", id)), ("unmark at", () => _client.UnmarkAsync("a", id, at)),
            ("flag", () => _client.MarkUniqueAsync("a", id)), ("no flag", () => _client.UnmarkUniqueAsync("a", id)),
            ("attribute", () => _client.MarkAttributeAsync("a", id)),
            ("contains", () => _client.ContainsAsync(set, id)), ("ask", () => _client.Ask().Contains(set, id)),
            ("in a transaction", () => transaction.Mark("a", id)), ("at, in it", () => transaction.Mark("a", id, at)),
            ("unmark in it", () => transaction.Unmark("a", id)), ("at", () => transaction.Unmark("a", id, at)),
            ("flag in it", () => transaction.MarkUnique("a", id)),
            ("no flag in it", () => transaction.UnmarkUnique("a", id)),
            ("bitmap", () => IdBitmap.Empty.Contains(id)),
            ("event mark", () => _ = new EventMark("a", id, at)),
            ("event mark with an offset", () => _ = new EventMark("a", id, new DateTimeOffset(at))),
        ];
        foreach ((string name, Action give) in ways)
        {
            var refusal = Assert.Throws<ArgumentOutOfRangeException>(give);
            Assert.Equal((name, "id", (object)id), (name, refusal.ParamName, refusal.ActualValue));
            Assert.StartsWith("An id is a number from 0 to 4,294,967,295.", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, transaction.Count);
        Assert.Empty(_channel.Sent);
        (string Name, Func<Task> Give)[] streams =
        [
            ("marks", () => _client.MarkAsync("a", [1, id])), ("async", () => _client.MarkAsync("a", Async(1, id))),
            ("unmarks", () => _client.UnmarkAsync("a", [1, id])), ("at", () => _client.UnmarkAsync("a", Async(id), at)),
            ("flags", () => _client.MarkUniqueAsync("a", [1, id])),
            ("no flags", () => _client.UnmarkUniqueAsync("a", Async(1, id))),
        ];
        foreach ((string name, Func<Task> give) in streams)
        {
            var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(give);
            Assert.Equal((name, "ids"), (name, refusal.ParamName));
        }
    }

    private static async IAsyncEnumerable<T> Async<T>(params T[] ids)
    {
        foreach (T id in ids) yield return id;
        await Task.CompletedTask;
    }
}
