using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Verbs;

public sealed class ExpiryTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly KeyspaceStore _store;
    private readonly Session _session;

    public ExpiryTests()
    {
        _time.Advance(TimeSpan.FromSeconds(1000));
        _store = new KeyspaceStore(2, _time);
        _session = new Session(_store);
    }

    public void Dispose() => _session.Dispose();

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void Keys_dropped_by_a_flush_are_not_kept_alive_by_their_expiry_times()
    {
        for (int round = 0; round < 3; round++)
        {
            for (int key = 0; key < 1000; key++) SetWithExpiry($"key{key}", Now + 1_000_000_000);
            Assert.Equal(1000, _store.Shards.Sum(shard => shard.Expiries.Count));
            _session.Flush(0);
            Assert.Equal(0, _store.Shards.Sum(shard => shard.Expiries.Count));
        }
    }

    [Fact]
    public void Times_changed_often_do_not_pile_up_and_only_the_last_counts()
    {
        _session.SetBit(Name.Bytes("key"), 1, bit: true);
        for (int i = 0; i < 100_000; i++)
            _session.ExpireAt(Name.Bytes("key"), Now + 1000 + (i % 777), ExpireCondition.None);
        Assert.InRange(_store.Shards.Sum(shard => shard.Expiries.Count), 1, 1100);
        _session.ExpireAt(Name.Bytes("key"), Now + 5000, ExpireCondition.None);
        _time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal(0, ExpiredKeys.Remove(_session));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, ExpiredKeys.Remove(_session));
        Assert.Equal(0, _session.CountKeys());
    }

    [Fact]
    public void Time_stands_still_during_a_transaction()
    {
        SetWithExpiry("key", Now + 10);
        using (_session.BeginTransaction(KeyspaceStore.AllShards))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(_session.Exists(Name.Bytes("key")));
        }

        Assert.False(_session.Exists(Name.Bytes("key")));
    }

    [Fact]
    public void A_watched_key_that_expires_breaks_the_watch()
    {
        SetWithExpiry("key", Now + 10);
        _session.Watch(Name.Bytes("key"));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) Assert.True(_session.IsWatchBroken);
    }

    [Fact]
    public void A_watched_key_that_had_expired_before_does_not()
    {
        SetWithExpiry("key", Now + 10);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        _session.Watch(Name.Bytes("key"));
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) Assert.False(_session.IsWatchBroken);
    }

    [Fact]
    public void Expired_keys_are_counted_once_however_they_are_found()
    {
        for (int i = 0; i < 1000; i++) SetWithExpiry($"key{i}", Now + 10);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        for (int i = 0; i < 100; i++) Assert.False(_session.Exists(Name.Bytes($"key{i}")));
        Assert.Empty(_session.Names([]).Read());
        Assert.Equal(0, ExpiredKeys.Remove(_session));
        Assert.Equal(1000, _store.Statistics().Expired);
    }

    [Fact]
    public void Times_that_count_no_more_are_dropped_a_few_in_each_hold()
    {
        byte[][] names = [.. Enumerable.Range(0, 10_000).Select(i => Name.Bytes($"key{i}"))];
        foreach (byte[] name in names)
        {
            _session.SetBit(name, 1, bit: true);
            _session.ExpireAt(name, Now + 10, ExpireCondition.None);
            _session.Persist(name);
        }

        _time.Advance(TimeSpan.FromMilliseconds(10));
        Shard shard = _store.Shards[0];
        int items = shard.Expiries.Count;
        Assert.InRange(items, 100, 1000);
        using (_session.Enter(1))
        {
            Assert.Equal(0, ExpiredKeys.RemoveResident(_session, shard, itemsMax: 16, out bool isMore));
            Assert.True(isMore);
        }

        Assert.Equal(items - 16, shard.Expiries.Count);
        Assert.Equal(0, ExpiredKeys.Remove(_session));
        Assert.Equal(0, shard.Expiries.Count);
        Assert.Equal(names.Length, _session.CountKeys());
    }

    private void SetWithExpiry(string name, long expiresAt)
    {
        _session.SetBit(Name.Bytes(name), 1, bit: true);
        Assert.True(_session.ExpireAt(Name.Bytes(name), expiresAt, ExpireCondition.None));
    }
}
