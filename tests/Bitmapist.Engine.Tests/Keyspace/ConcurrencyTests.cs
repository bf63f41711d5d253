using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>Every outcome must be that of some serial order of the commands.</summary>
public sealed class ConcurrencyTests
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(1);
    private readonly KeyspaceStore _store = new(2, TimeProvider.System);

    [Fact]
    public void Keys_that_transactions_keep_equal_never_differ()
    {
        byte[] left = Name.Bytes("left"), right = Name.Bytes("right");
        ulong shards = Session.ShardsOf(left) | Session.ShardsOf(right);
        Action<int> Writer(int seed)
        {
            Session session = new(_store);
            Random random = new(seed);
            return _ =>
            {
                uint offset = (uint)random.Next(300_000);
                bool bit = random.Next(3) != 0;
                using TransactionScope scope = session.BeginTransaction(shards);
                session.SetBit(left, offset, bit);
                session.SetBit(right, offset, bit);
                scope.Complete();
            };
        }

        Action<int> Reader(string destination)
        {
            Session session = new(_store);
            return i =>
            {
                StringValue difference =
                    session.BitOp(BitopKind.Xor, Name.Bytes(destination), Name.All("left", "right"));
                Assert.Equal(0, difference.Bits.Cardinality);
                if (i % 2 == 0) return;
                session.BitOp(BitopKind.Not, Name.Bytes(destination), Name.All("left"));
                StringValue nothing =
                    session.BitOp(BitopKind.And, Name.Bytes(destination), Name.All(destination, destination));
                Assert.Equal(nothing.LengthBytes, session.Length(Name.Bytes(destination)));
            };
        }

        Load.Run(s_duration, Writer(1), Writer(2), Reader("a"), Reader("b"));
    }

    [Fact]
    public void Renames_to_and_fro_keep_the_number_of_keys()
    {
        const int Keys = 12;
        using Session setup = new(_store);
        for (int i = 0; i < Keys; i++) setup.SetBit(Name.Bytes($"key{i}"), (uint)i, bit: true);
        Action<int> Renamer(int seed)
        {
            Session session = new(_store);
            Random random = new(seed);
            return _ =>
            {
                string name = $"key{random.Next(Keys)}";
                (string from, string to) = random.Next(2) == 0 ? (name, name + "'") : (name + "'", name);
                session.Rename(Name.Bytes(from), Name.Bytes(to), SetCondition.IfMissing);
            };
        }

        Session counter = new(_store);
        Load.Run(s_duration, Renamer(1), Renamer(2), Renamer(3), i =>
        {
            Assert.Equal(Keys, counter.CountKeys());
            Assert.Equal(1, counter.CountExisting(Name.All($"key{i % Keys}", $"key{i % Keys}'")));
            Assert.Equal(Keys, counter.Names([]).Read().Count());
        });
        for (int i = 0; i < Keys; i++)
        {
            Assert.True(counter.TryGet(Name.Bytes($"key{i}"), out StringValue value)
                || counter.TryGet(Name.Bytes($"key{i}'"), out value));
            Assert.True(value.Bits.Contains((uint)i));
        }
    }

    [Fact]
    public void A_bit_operation_shows_its_operands_at_one_instant()
    {
        string[] keys = ["zero", "one", "two"];
        Session writer = new(_store);
        Action<int> Reader(string destination)
        {
            Session session = new(_store);
            return i =>
            {
                StringValue union = session.BitOp(BitopKind.Or, Name.Bytes(destination), Name.All(keys));
                if (i % 3 == 0)
                    union = session.BitOp(BitopKind.Or, Name.Bytes(destination), Name.All(destination, destination));
                AssertPrefix(union);
            };
        }

        // Bits are set in ascending order, each in the next key: what there was at an instant is a prefix.
        void Write(int i) => writer.SetBit(Name.Bytes(keys[i % 3]), (uint)i, bit: true);
        Load.Run(s_duration, Write, Reader("a"), Reader("b"), Reader("a"));
    }

    [Fact]
    public void Watched_increments_never_lose_one()
    {
        byte[] key = Name.Bytes("counter");
        int done = 0;
        Action<int> Incrementer()
        {
            Session session = new(_store);
            return _ =>
            {
                session.Watch(key);
                session.TryGetCardinality(key, out long count, out PendingBits? _);
                using (TransactionScope scope = session.BeginTransaction(Session.ShardsOf(key)))
                {
                    if (!session.IsWatchBroken)
                    {
                        Assert.False(session.SetBit(key, (uint)count, bit: true));
                        Interlocked.Increment(ref done);
                        scope.Complete();
                    }
                }

                session.Unwatch();
            };
        }

        Load.Run(s_duration, Incrementer(), Incrementer(), Incrementer());
        using Session reader = new(_store);
        Assert.True(reader.TryGetCardinality(key, out long total, out _));
        Assert.Equal(done, total);
        Assert.True(total > 0);
    }

    [Fact]
    public void A_scan_returns_every_key_that_was_there_throughout()
    {
        const int Kept = 500;
        using Session setup = new(_store);
        for (int i = 0; i < Kept; i++) setup.SetBit(Name.Bytes($"kept{i}"), 1, bit: true);
        Action<int> Churner(int seed)
        {
            Session session = new(_store);
            Random random = new(seed);
            int grown = 0;
            return _ =>
            {
                session.SetBit(Name.Bytes($"other{seed}:{grown++}"), 1, bit: true);
                if (random.Next(2) == 0) session.Delete(Name.All($"other{seed}:{random.Next(grown)}"));
                if (grown < 20_000) return;
                for (; grown > 0; grown--) session.Delete(Name.All($"other{seed}:{grown}"));
            };
        }

        Session scanner = new(_store);
        int scans = 0;
        Load.Run(s_duration, Churner(1), Churner(2), i =>
        {
            HashSet<string> seen = [];
            List<byte[]> names = [];
            ulong cursor = 0;
            do cursor = scanner.Scan(cursor, [], 1 + (i % 500), names);
            while (cursor != 0);
            foreach (byte[] name in names) Assert.True(seen.Add(Name.Text(name)), "A key was returned twice.");
            for (int k = 0; k < Kept; k++) Assert.Contains($"kept{k}", seen);
            scans++;
        });
        Assert.True(scans > 0);
    }

    private static void AssertPrefix(StringValue value)
    {
        long count = value.Bits.Cardinality;
        if (count == 0) return;
        Assert.True(value.Bits.TryMax(out uint max));
        Assert.Equal(count - 1, max);
    }
}
