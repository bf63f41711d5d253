using Bitmapist.Engine.Stored;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The resident keys of one database in one shard: a chained hash table whose buckets are in the order of
/// <see cref="HashPosition"/>. Touched only under the shard's lock.
/// </summary>
internal sealed class KeyTable
{
    private const int InitialBuckets = 4;
    private Entry?[] _buckets = new Entry?[InitialBuckets];

    /// <summary>Resident entries.</summary>
    public int Count { get; private set; }

    /// <summary>By how much the shard's keys, resident or not, became more since the start or the last flush.</summary>
    public KeyCounts Change { get; private set; }

    public Entry? Find(ulong hash, ReadOnlySpan<byte> name)
    {
        Entry? entry = _buckets[BucketOf(hash)];
        while (entry is not null && (entry.Hash != hash || !name.SequenceEqual(entry.Name))) entry = entry.Next;
        return entry;
    }

    /// <summary>Adds an entry whose name is not in the table.</summary>
    public void Add(Entry entry)
    {
        if (Count >= _buckets.Length) Resize(_buckets.Length * 2);
        ref Entry? bucket = ref _buckets[BucketOf(entry.Hash)];
        entry.Next = bucket;
        bucket = entry;
        Count++;
    }

    /// <summary>Removes an entry that is in the table.</summary>
    public void Remove(Entry entry)
    {
        ref Entry? link = ref _buckets[BucketOf(entry.Hash)];
        while (link != entry) link = ref link!.Next;
        link = entry.Next;
        entry.Next = null;
        entry.IsDetached = true;
        Count--;
        if (Count < _buckets.Length / 8 && _buckets.Length > InitialBuckets) Resize(_buckets.Length / 2);
    }

    /// <summary>
    /// Visits whole buckets from a scan position of this shard on until <paramref name="entries"/> has grown by at
    /// least <paramref name="entriesMin"/> or <paramref name="bucketsMax"/> buckets were visited.
    /// </summary>
    /// <returns>False when the table ended; else <paramref name="position"/> is where to go on.</returns>
    public bool Scan(ref ulong position, int entriesMin, ref int bucketsMax, List<Entry> entries)
    {
        ulong shardStart = HashPosition.StartOfShard(HashPosition.ShardAt(position));
        int countAtStart = entries.Count;
        int bucket = HashPosition.BucketAt(position, _buckets.Length);
        for (; bucket < _buckets.Length; bucket++)
        {
            if (entries.Count - countAtStart >= entriesMin || bucketsMax == 0)
            {
                position = shardStart + HashPosition.StartOfBucket(bucket, _buckets.Length);
                return true;
            }

            bucketsMax--;
            for (Entry? entry = _buckets[bucket]; entry is not null; entry = entry.Next)
                if (HashPosition.Of(entry.Hash) >= position) entries.Add(entry);
        }

        return false;
    }

    /// <summary>An entry chosen by chance, or null when the places looked at were empty.</summary>
    public Entry? Sample(Random random)
    {
        const int BucketsMax = 64;
        int bucket = random.Next(_buckets.Length);
        for (int i = 0; i < Math.Min(BucketsMax, _buckets.Length); i++, bucket = (bucket + 1) % _buckets.Length)
        {
            Entry? chosen = null;
            int seen = 0;
            for (Entry? entry = _buckets[bucket]; entry is not null; entry = entry.Next)
                if (random.Next(++seen) == 0) chosen = entry;
            if (chosen is not null) return chosen;
        }

        return null;
    }

    /// <summary>Adds every entry to <paramref name="entries"/>.</summary>
    public void CopyTo(List<Entry> entries)
    {
        foreach (Entry? head in _buckets)
            for (Entry? entry = head; entry is not null; entry = entry.Next)
                entries.Add(entry);
    }

    /// <summary>Call when a key with this expiry time (0: none) comes into being.</summary>
    public void CountAdded(long expiresAtUnixMs) => Change = Change.Add(expiresAtUnixMs, 1);

    /// <summary>Call when such a key is gone.</summary>
    public void CountRemoved(long expiresAtUnixMs) => Change = Change.Add(expiresAtUnixMs, -1);

    /// <summary>Call when the expiry time of a key changes; 0: none.</summary>
    public void CountExpiry(long fromUnixMs, long toUnixMs) => Change = Change.Add(fromUnixMs, -1).Add(toUnixMs, 1);

    private int BucketOf(ulong hash) => HashPosition.BucketAt(HashPosition.Of(hash), _buckets.Length);

    /// <summary>Positions do not depend on the number of buckets, so scans under way go on rightly.</summary>
    private void Resize(int bucketCount)
    {
        Entry?[] old = _buckets;
        _buckets = new Entry?[bucketCount];
        foreach (Entry? head in old)
        {
            Entry? next;
            for (Entry? entry = head; entry is not null; entry = next)
            {
                next = entry.Next;
                ref Entry? bucket = ref _buckets[BucketOf(entry.Hash)];
                entry.Next = bucket;
                bucket = entry;
            }
        }
    }
}
