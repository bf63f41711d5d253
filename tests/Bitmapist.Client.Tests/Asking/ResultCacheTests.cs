using Bitmapist.Client.Asking;
using Bitmapist.Client.Tests.Servers;

namespace Bitmapist.Client.Tests.Asking;

public sealed class ResultCacheTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ResultCache _cache = new(new StillClock(DateTimeOffset.UnixEpoch.AddYears(50)));

    [Fact]
    public void What_was_forgotten_leaves_nothing_behind()
    {
        for (int day = 0; day < 100; day++)
        {
            MadeResult made = _cache.Note($"result{day}", ["flag", $"day{day}"], [], s_minute);
            _cache.Complete(made, day % 2);
            _cache.Forget([$"day{day}"]);
            Assert.Null(_cache.Find(made.Key, TimeSpan.Zero));
        }

        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void A_mark_reaches_results_through_empty_ones()
    {
        _cache.Complete(_cache.Note("empty", ["a", "b"], [], s_minute), 0);
        _cache.Complete(_cache.Note("outer", ["empty", "c"], [], s_minute), 5);
        Assert.Null(_cache.Find("empty", TimeSpan.Zero));
        Assert.NotNull(_cache.Find("outer", TimeSpan.Zero));
        _cache.Forget(["a"]);
        Assert.Null(_cache.Find("outer", TimeSpan.Zero));
        Assert.Equal(0, _cache.Count);
    }
}
