using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Keyspace;

/// <summary>The verbs on keys, whatever their values.</summary>
public static class KeyVerbs
{
    extension(Session session)
    {
        /// <summary>Whether a key exists.</summary>
        public bool Exists(ReadOnlySpan<byte> name)
        {
            var key = new KeyRef(name);
            using ShardScope scope = session.Enter(key.ShardMask);
            return session.FindForRead(key) is not null;
        }

        /// <summary>Removes keys, all at one instant.</summary>
        /// <returns>How many existed.</returns>
        public int Delete(ReadOnlySpan<ReadOnlyMemory<byte>> names)
        {
            ulong shards = 0;
            foreach (ReadOnlyMemory<byte> name in names) shards |= Session.ShardsOf(name.Span);
            using ShardScope scope = session.Enter(shards);
            int deleted = 0;
            foreach (ReadOnlyMemory<byte> name in names)
                if (RemoveHeld(session, new KeyRef(name.Span))) deleted++;
            return deleted;
        }

        /// <summary>Counts the existing ones among keys, all at one instant; a name given twice counts twice.</summary>
        public int CountExisting(ReadOnlySpan<ReadOnlyMemory<byte>> names)
        {
            ulong shards = 0;
            foreach (ReadOnlyMemory<byte> name in names) shards |= Session.ShardsOf(name.Span);
            using ShardScope scope = session.Enter(shards);
            int count = 0;
            foreach (ReadOnlyMemory<byte> name in names)
                if (session.FindForRead(new KeyRef(name.Span)) is not null) count++;
            return count;
        }

        /// <summary>
        /// Gives a key another name; an existing <paramref name="to"/> is overwritten or, if asked, respected.
        /// </summary>
        public RenameResult Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, SetCondition condition)
        {
            var source = new KeyRef(from);
            var target = new KeyRef(to);
            using ShardScope scope = session.Enter(source.ShardMask | target.ShardMask);
            if (session.Find(source) is not { } entry) return RenameResult.NoSuchKey;
            if (from.SequenceEqual(to))
                return condition == SetCondition.IfMissing ? RenameResult.TargetExists : RenameResult.Renamed;
            if (condition == SetCondition.IfMissing && session.Find(target) is not null)
                return RenameResult.TargetExists;
            StringValue value = entry.Freeze();
            long expiresAt = entry.ExpiresAtUnixMs;
            session.Store.Remove(session.Store.Shards[source.Shard], entry);
            StringVerbs.PutHeld(session, target, value, expiresAt);
            session.Effects.Rename(session.Database, from, to);
            return RenameResult.Renamed;
        }

        /// <summary>
        /// Copies a key's value and expiry. O(1): the copy shares its containers until one of both changes.
        /// </summary>
        /// <returns>False when the source is missing or the target exists and may not be replaced.</returns>
        public bool Copy(ReadOnlySpan<byte> from, int toDatabase, ReadOnlySpan<byte> to, SetCondition condition)
        {
            var source = new KeyRef(from);
            var target = new KeyRef(to);
            using ShardScope scope = session.Enter(source.ShardMask | target.ShardMask);
            if (session.FindForRead(source) is not { } entry) return false;
            StringValue value = entry.Freeze();
            long expiresAt = entry.ExpiresAtUnixMs;
            int fromDatabase = session.Database;
            session.Database = toDatabase;
            try
            {
                if (condition == SetCondition.IfMissing && session.Find(target) is not null) return false;
                StringVerbs.PutHeld(session, target, value, expiresAt);
                session.Effects.Copy(fromDatabase, from, toDatabase, to);
                return true;
            }
            finally
            {
                session.Database = fromDatabase;
            }
        }

        /// <summary>Number of keys in the selected database; expired ones are removed first.</summary>
        public long CountKeys()
        {
            session.RemoveExpiredShortly();
            using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
            long keys = 0;
            foreach (Shard shard in session.Store.Shards)
            {
                KeyspaceStore.RemoveExpired(session, shard, int.MaxValue);
                keys += shard.TableOrNull(session.Database)?.Count ?? 0;
            }

            return keys;
        }

        /// <summary>
        /// The databases that hold keys, all at one instant, in ascending order; expired keys are removed first.
        /// O(shards × databases).
        /// </summary>
        public List<DatabaseCounts> CountByDatabase()
        {
            session.RemoveExpiredShortly();
            using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
            foreach (Shard shard in session.Store.Shards) KeyspaceStore.RemoveExpired(session, shard, int.MaxValue);
            var counts = new List<DatabaseCounts>();
            for (int database = 0; database < session.Store.Databases; database++)
            {
                long keys = 0, expiring = 0;
                Int128 expirySum = 0;
                foreach (Shard shard in session.Store.Shards)
                {
                    if (shard.TableOrNull(database) is not { } table) continue;
                    keys += table.Count;
                    expiring += table.ExpiringCount;
                    expirySum += table.ExpirySumUnixMs;
                }

                if (keys == 0) continue;
                long averageTtlMs = expiring == 0 ? 0 : (long)(expirySum / expiring) - session.NowUnixMs;
                counts.Add(new DatabaseCounts(database, keys, expiring, Math.Max(0, averageTtlMs)));
            }

            return counts;
        }

        /// <summary>The name of some key, or null when the database is empty.</summary>
        public byte[]? RandomKey()
        {
            session.RemoveExpiredShortly();
            ulong start = (ulong)Random.Shared.NextInt64(1L << ScanPosition.Bits);
            using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
            var entries = new List<Entry>();
            for (int i = 0; i <= Limits.Shards; i++)
            {
                int number = (ScanPosition.ShardAt(start) + i) % Limits.Shards;
                Shard shard = session.Store.Shards[number];
                KeyspaceStore.RemoveExpired(session, shard, int.MaxValue);
                if (shard.TableOrNull(session.Database) is not { Count: > 0 } table) continue;
                ulong position = i == 0 ? start : ScanPosition.StartOfShard(number);
                int bucketsMax = int.MaxValue;
                table.Scan(ref position, 1, ref bucketsMax, entries);
                if (entries.Count > 0) return entries[Random.Shared.Next(entries.Count)].Name;
            }

            return null;
        }

        /// <summary>Removes every key of a database. O(shards).</summary>
        public void Flush(int database)
        {
            using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
            session.Effects.Flush(database);
            session.Store.Flush(database);
        }

        /// <summary>Removes every key of every database, at one instant.</summary>
        public void FlushAll()
        {
            using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
            for (int database = 0; database < session.Store.Databases; database++)
            {
                session.Effects.Flush(database);
                session.Store.Flush(database);
            }
        }

        /// <summary>
        /// The names of all keys of the selected database at one instant. All shards are held while the names'
        /// references are gathered: O(keys).
        /// </summary>
        public List<byte[]> Names()
        {
            session.RemoveExpiredShortly();
            var entries = new List<Entry>();
            using (session.Enter(KeyspaceStore.AllShards))
            {
                foreach (Shard shard in session.Store.Shards)
                {
                    KeyspaceStore.RemoveExpired(session, shard, int.MaxValue);
                    shard.TableOrNull(session.Database)?.CopyTo(entries);
                }
            }

            return entries.ConvertAll(entry => entry.Name);
        }

        /// <summary>
        /// One step of SCAN. A key present from the first call (cursor 0) to the last (0 returned) is visited; one that
        /// comes or goes meanwhile may be. Any cursor is accepted.
        /// </summary>
        /// <param name="cursor">Where to go on: what the last call returned.</param>
        /// <param name="count">At least this many keys are visited unless the scan ends or buckets are sparse.</param>
        /// <param name="names">Receives the names.</param>
        /// <returns>The next cursor, below 2^48; 0 at the end.</returns>
        public ulong Scan(ulong cursor, int count, List<byte[]> names)
        {
            if (cursor >> ScanPosition.Bits != 0) return 0;
            var entries = new List<Entry>();
            int bucketsMax = (int)Math.Min(count * 10L, int.MaxValue); // Redis's bound on a sparse table
            ulong position = cursor;
            int number = ScanPosition.ShardAt(cursor);
            while (number < Limits.Shards)
            {
                using (session.Enter(1UL << number))
                {
                    Shard shard = session.Store.Shards[number];
                    KeyspaceStore.RemoveExpired(session, shard, int.MaxValue);
                    KeyTable? table = shard.TableOrNull(session.Database);
                    if (table is not null && table.Scan(ref position, count - entries.Count, ref bucketsMax, entries))
                        break;
                }

                if (++number < Limits.Shards) position = ScanPosition.StartOfShard(number);
                if (entries.Count >= count) break;
            }

            foreach (Entry entry in entries) names.Add(entry.Name);
            return number == Limits.Shards ? 0 : position;
        }
    }

    /// <summary>Removes a key if it exists, and logs that; its shard is held.</summary>
    internal static bool RemoveHeld(Session session, in KeyRef key)
    {
        if (session.Find(key) is not { } entry) return false;
        session.Effects.Delete(session.Database, key.Name);
        session.Store.Remove(session.Store.Shards[key.Shard], entry);
        return true;
    }
}
