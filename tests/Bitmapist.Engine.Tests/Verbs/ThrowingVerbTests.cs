using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Verbs;

/// <summary>A verb in whose middle something is thrown has changed nothing, in memory as in the log.</summary>
public sealed class ThrowingVerbTests
{
    public static TheoryData<int> Seeds => [1, 2, Random.Shared.Next(), Random.Shared.Next()];

    /// <summary>
    /// Throws out of the account of memory, which every change adds to, and out of the clock, which every look at a key
    /// that expires asks.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_is_thrown_wherever_memory_and_log_agree(int seed)
    {
        Random random = new(seed);
        await using SimulatedServer server = new(FsyncPolicy.No);
        RandomVerbs verbs = new(random, server.Time, SimulatedServer.Databases, names: 12);
        int thrown = 0;
        for (int round = 0; round < 1000; round++)
        {
            ModelKeyspace before = server.Model.Clone();
            Arm(server, random);
            try
            {
                verbs.Step(server.Pair);
            }
            catch (BugException bug)
            {
                thrown++;
                Disarm(server);
                string state = KeyspaceState.Of(server.Keyspace.Store);
                // A bit operation has taken effect by the time its result is computed.
                bool isPast = bug.StackTrace!.Contains(nameof(PendingBits.Force), StringComparison.Ordinal)
                    && state == KeyspaceState.Of(server.Model);
                if (isPast) continue;
                server.Adopt(before);
                Assert.Equal($"{seed} {round} {KeyspaceState.Of(before)}", $"{seed} {round} {state}");
            }

            Disarm(server);
            if (random.Next(10) == 0) verbs.PassTime();
            if (random.Next(40) == 0) await server.SaveAsync();
            if (random.Next(40) == 0) server.Evict();
            if (random.Next(100) != 0) continue;
            await server.Keyspace.CommitAsync(server.Session);
            await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), server.Model);
            server.Check();
        }

        Assert.True(thrown > 60, $"only {thrown} verbs threw");
    }

    [Fact]
    public async Task A_transaction_that_is_not_completed_never_was()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("kept", 1, bit: true);
        server.Pair.SetBit("other", 1, bit: true);
        long logged = server.Session.Journal.LoggedPosition;
        using (server.Session.BeginTransaction(KeyspaceStore.AllShards)) // as an exception leaves it
        {
            server.Session.SetBit(Name.Bytes("kept"), 2, bit: true);
            server.Session.Delete(Name.All("other"));
            server.Session.Flush(1);
            server.Session.BitOp(BitopKind.Not, Name.Bytes("new"), Name.All("kept", "other"));
            server.Session.Flush(0);
            server.Session.SetBit(Name.Bytes("kept"), 3, bit: true);
            server.Session.BitOp(BitopKind.Not, Name.Bytes("new"), Name.All("kept", "other"));
            server.Session.Rename(Name.Bytes("kept"), Name.Bytes("renamed"), SetCondition.Always);
        }

        Assert.Equal(logged, server.Session.Journal.LoggedPosition);
        server.Check();
        server.Pair.List(3);
        await server.Keyspace.CommitAsync(server.Session);
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    [Fact]
    public async Task A_command_of_a_transaction_that_throws_takes_back_itself_alone()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("a", 1, bit: true);
        server.Pair.SetBit("b", 1, bit: true);
        using (TransactionScope scope = server.Session.BeginTransaction(KeyspaceStore.AllShards))
        {
            server.Pair.SetBit("a", 2, bit: true);
            Throw(server, nth: 1);
            Assert.Throws<BugException>(() => server.Session.Set(
                Name.Bytes("b"), [0x55], SetCondition.Always, StringVerbs.NoExpiry, out _));
            Disarm(server);
            server.Pair.SetBit("c", 3, bit: true);
            scope.Complete();
        }

        server.Check();
        await server.Keyspace.CommitAsync(server.Session);
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    [Fact]
    public void Without_a_log_it_is_the_same()
    {
        ManualTime time = new();
        KeyspaceStore store = new(1, time);
        using Session session = new(store);
        session.SetBit(Name.Bytes("a"), 1, bit: true);
        session.SetBit(Name.Bytes("b"), 1, bit: true);
        string before = KeyspaceState.Of(store);
        using (session.BeginTransaction(KeyspaceStore.AllShards)) session.Delete(Name.All("a", "b"));
        Assert.Equal(before, KeyspaceState.Of(store));
        Assert.All(store.Shards, shard => Assert.Equal(0, shard.Undo.Count));
    }

    private static void Arm(SimulatedServer server, Random random)
    {
        int looks = random.Next(1, 5);
        if (random.Next(3) == 0)
        {
            int thread = Environment.CurrentManagedThreadId; // others look after the log meanwhile
            server.Time.Looking = () =>
            {
                if (Environment.CurrentManagedThreadId == thread && --looks == 0) throw new BugException();
            };
        }
        else if (random.Next(2) == 0)
        {
            Throw(server, looks);
        }
    }

    /// <summary>Out of the account of memory, once, when it is added to for the nth time.</summary>
    private static void Throw(SimulatedServer server, int nth)
    {
        server.Keyspace.Store.Memory.LookBytes = long.MinValue;
        server.Keyspace.Store.Memory.WhenFull(() => 0, () => true, () =>
        {
            if (--nth == 0) throw new BugException();
        });
    }

    private static void Disarm(SimulatedServer server)
    {
        server.Time.Looking = null;
        server.Keyspace.Store.Memory.WhenFull(() => 0, () => false, () => { });
    }

    private sealed class BugException : Exception;
}
