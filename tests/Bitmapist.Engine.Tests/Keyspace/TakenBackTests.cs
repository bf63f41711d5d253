using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>
/// Random commands, transactions, flushes, saves and evictions on a disk that fails at random, and works again: what
/// the log could not keep is as if it had never been, in memory and after a restart, and everything goes on from there.
/// </summary>
public sealed class TakenBackTests
{
    private enum Fault
    {
        Write,
        CutOfTheTail,
        NewSegment,
        Sync,
    }

    public static TheoryData<FsyncPolicy, int> Histories => new()
    {
        { FsyncPolicy.No, 1 },
        { FsyncPolicy.EverySecond, 2 },
        { FsyncPolicy.Always, 3 },
        { FsyncPolicy.No, Random.Shared.Next() },
        { FsyncPolicy.EverySecond, Random.Shared.Next() },
        { FsyncPolicy.Always, Random.Shared.Next() },
    };

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task What_the_log_could_not_keep_is_as_if_it_had_never_been(FsyncPolicy fsync, int seed)
    {
        Random random = new(seed);
        await using SimulatedServer server = new(fsync);
        RandomVerbs verbs = new(random, server.Time, SimulatedServer.Databases, names: random.Next(3, 30));
        int failures = 0;
        for (int round = 0; round < 120; round++)
        {
            try
            {
                List<(long Position, ModelKeyspace Model)> history = await RunAsync(server, verbs, random);
                if (await FailAsync(server, history, random)) failures++;
                server.Check();
                if (random.Next(4) != 0) continue;
                await server.Keyspace.CommitAsync();
                await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), server.Model);
                server.Check();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}: {e.Message}", e);
            }
        }

        Assert.True(failures > 20, $"only {failures} failures");
    }

    /// <summary>Some verbs, of which not all are committed; the log's position and the model after each.</summary>
    private static async Task<List<(long Position, ModelKeyspace Model)>> RunAsync(
        SimulatedServer server, RandomVerbs verbs, Random random)
    {
        await server.Keyspace.CommitAsync(server.Session);
        List<(long Position, ModelKeyspace Model)> history = [(Appended(server), server.Model.Clone())];
        for (int left = random.Next(1, 30); left > 0; left--)
        {
            verbs.Step(server.Pair);
            history.Add((Appended(server), server.Model.Clone()));
            switch (random.Next(20))
            {
                case 0: await server.Keyspace.CommitAsync(server.Session); break;
                case 1: await server.SaveAsync(); break;
                case 2: server.Evict(); break;
                case 3: verbs.PassTime(); break;
                case 4: await FailSaveAsync(server); break;
            }
        }

        return history;
    }

    /// <summary>A save that finds the database file unwritable, and gives back what it had taken.</summary>
    private static async Task FailSaveAsync(SimulatedServer server)
    {
        server.Disk.FullSuffix = "bitmapist.db";
        await server.Keyspace.SaveAsync();
        server.Disk.FullSuffix = "";
    }

    /// <summary>Lets the log fail, looks at what is left, and lets the disk work again.</summary>
    /// <returns>Whether it came to a failure.</returns>
    private static async Task<bool> FailAsync(
        SimulatedServer server, List<(long Position, ModelKeyspace Model)> history, Random random)
    {
        Fault fault = (Fault)random.Next(4);
        bool savesFail = random.Next(2) == 0;
        int before = server.Events.Refusals.Count;
        server.Disk.Failing = (operation, path) => Fails(operation, path, fault, savesFail);
        // A snapshot cut among what is to be taken back.
        Task<Exception?> save = random.Next(3) == 0 ? server.Keyspace.SaveAsync() : Task.FromResult<Exception?>(null);
        bool isToldSo = await ThrowsAsync(() => server.Keyspace.CommitAsync(server.Session));
        if (fault == Fault.Sync) server.Time.Advance(TimeSpan.FromSeconds(1)); // asks for one where nobody waited
        await save;
        if (isToldSo || (fault == Fault.Sync && server.Keyspace.AppendFsync == FsyncPolicy.EverySecond))
        {
            Assert.True(Eventually.Comes(
                () => server.Events.Refusals.Count > before || (!isToldSo && server.Keyspace.Store.Log!.AppendedPosition
                    == server.Keyspace.Store.Log.SyncedPosition), TimeSpan.FromSeconds(10)), "told, and not refused");
        }

        // It may have come back by now, by a save; or worse may have come.
        List<LogFailure> failures = [.. server.Events.Refusals.Skip(before)];
        if (failures.Count == 0) Assert.False(isToldSo);
        else await LookAsync(server, history, failures.Min(failure => failure.RetainedPosition), isToldSo);
        server.Disk.Failing = null;
        server.WaitUntilMended();
        await server.Keyspace.CommitAsync(server.Session);
        return failures.Count > 0;
    }

    private static async Task LookAsync(
        SimulatedServer server, List<(long Position, ModelKeyspace Model)> history, long retained, bool isToldSo)
    {
        ModelKeyspace left = history.Last(step => step.Position <= retained).Model;
        Assert.Equal(KeyspaceState.Of(left), KeyspaceState.Of(server.Keyspace.Store));
        if (history[^1].Position > retained) Assert.True(isToldSo, "What was lost must not be acknowledged.");
        server.Adopt(left);
        bool mayResume = server.Events.Refusals[^1].IsSync; // as saves may succeed
        if (!mayResume)
            Assert.Throws<WritesRefusedException>(() => server.Session.SetBit(Name.Bytes("refused"), 77, bit: true));
        server.Pair.List(5); // reads go on
        await server.Keyspace.CommitAsync(server.Session);
    }

    private static bool IsLog(string path) => path.Contains(".log.", StringComparison.Ordinal);

    private static DiskFault? Fails(DiskOperation operation, string path, Fault fault, bool savesFail)
    {
        if (!IsLog(path)) return savesFail && operation == DiskOperation.Write ? DiskFault.NoSpace : null;
        return (operation, fault) switch
        {
            (DiskOperation.Write, Fault.Write) => DiskFault.NoSpace,
            (DiskOperation.Write, Fault.CutOfTheTail) => DiskFault.ShortWrite,
            (DiskOperation.Truncate, Fault.CutOfTheTail) => DiskFault.InputOutputError,
            (DiskOperation.Create, Fault.NewSegment) => DiskFault.NoSpace,
            (DiskOperation.Sync, Fault.Sync) => DiskFault.InputOutputError,
            _ => null,
        };
    }

    private static async Task<bool> ThrowsAsync(Func<ValueTask> commit)
    {
        try
        {
            await commit();
            return false;
        }
        catch (StorageException)
        {
            return true;
        }
    }

    private static long Appended(SimulatedServer server) => server.Keyspace.Store.Log!.AppendedPosition;
}
