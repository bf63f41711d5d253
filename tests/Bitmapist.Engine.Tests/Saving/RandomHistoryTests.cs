using Bitmapist.Engine.Tests.Model;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Saving;

public sealed class RandomHistoryTests
{
    private const string BackupPath = "/data/backup.db";

    public static TheoryData<FsyncPolicy, int> Histories => new()
    {
        { FsyncPolicy.No, 1 },
        { FsyncPolicy.EverySecond, 2 },
        { FsyncPolicy.Always, 3 },
        { FsyncPolicy.No, Random.Shared.Next() },
        { FsyncPolicy.Always, Random.Shared.Next() },
    };

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task Saves_restarts_and_crashes_change_nothing(FsyncPolicy fsync, int seed)
    {
        Random random = new(seed);
        await using SimulatedServer server = new(fsync);
        RandomVerbs verbs = new(random, server.Time, SimulatedServer.Databases, names: random.Next(3, 40));
        for (int step = 0; step < 400; step++)
        {
            try
            {
                for (int left = random.Next(12); left > 0; left--) verbs.Step(server.Pair);
                await DisturbAsync(server, random);
                if (random.Next(3) == 0) verbs.PassTime();
                if (step % 10 == 0) server.Check();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}: {e.Message}", e);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task A_kill_between_commits_leaves_what_stood_after_one_of_the_steps(FsyncPolicy fsync, int seed)
    {
        Random random = new(seed);
        await using SimulatedServer server = new(fsync);
        RandomVerbs verbs = new(random, server.Time, SimulatedServer.Databases, names: 12);
        for (int round = 0; round < 60; round++)
        {
            await server.Keyspace.CommitAsync();
            List<ModelKeyspace> possible = [server.Model.Clone()];
            for (int left = random.Next(1, 20); left > 0; left--)
            {
                verbs.Step(server.Pair);
                possible.Add(server.Model.Clone());
                if (random.Next(8) == 0) await server.SaveWithFaultAsync(random.Next(16), DiskFault.NoSpace);
                if (server.IsAnythingTakenBack) break;
            }

            await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), possible[^1]);
            string state = KeyspaceState.Of(server.Keyspace.Store);
            int found = possible.FindLastIndex(model => KeyspaceState.Of(model) == state);
            Assert.True(found != -1, $"seed {seed}, round {round}: no step left this:\n{state}");
            await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), possible[found]);
            server.Check();
        }
    }

    [Theory]
    [InlineData(FsyncPolicy.No, CrashMode.UnsyncedLost)]
    [InlineData(FsyncPolicy.No, CrashMode.UnsyncedCutShort)]
    [InlineData(FsyncPolicy.EverySecond, CrashMode.UnsyncedCutShort)]
    public async Task A_power_cut_leaves_what_stood_after_some_step_since_the_last_save(
        FsyncPolicy fsync, CrashMode mode)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        await using SimulatedServer server = new(fsync);
        RandomVerbs verbs = new(random, server.Time, SimulatedServer.Databases, names: 12);
        for (int round = 0; round < 60; round++)
        {
            await server.SaveAsync();
            List<ModelKeyspace> possible = [server.Model.Clone()];
            for (int left = random.Next(1, 40); left > 0; left--)
            {
                verbs.Step(server.Pair);
                possible.Add(server.Model.Clone());
                if (random.Next(3) == 0) await server.Keyspace.CommitAsync();
                if (random.Next(10) == 0) server.Time.Advance(TimeSpan.FromSeconds(1)); // a sync, for one of the two
                if (random.Next(20) != 0) continue;
                await server.SaveAsync();
                possible.RemoveRange(0, possible.Count - 1);
            }

            await server.CrashAsync(mode, random.Next(), possible[^1]);
            string state = KeyspaceState.Of(server.Keyspace.Store);
            int found = possible.FindLastIndex(model => KeyspaceState.Of(model) == state);
            Assert.True(found != -1, $"seed {seed}, round {round}: no step left this:\n{state}");
            await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), possible[found]);
            server.Check();
        }
    }

    private static async Task DisturbAsync(SimulatedServer server, Random random)
    {
        switch (random.Next(16))
        {
            case 0:
                await server.SaveAsync();
                break;
            case 1:
                await server.Keyspace.BackupAsync(BackupPath);
                Assert.Equal(KeyspaceState.Of(server.Model), await server.StateOfFileAsync(BackupPath));
                break;
            case 2:
                await server.RestartAsync();
                server.Check();
                break;
            case 3:
                await server.Keyspace.CommitAsync();
                await server.CrashAsync(CrashMode.ProcessKilled, random.Next(), server.Model);
                server.Check();
                break;
            case 4 when server.Keyspace.AppendFsync == FsyncPolicy.Always:
                await server.Keyspace.CommitAsync();
                await server.CrashAsync((CrashMode)random.Next(1, 4), random.Next(), server.Model);
                server.Check();
                break;
            case 5:
                await FailSaveAsync(server, random);
                break;
            case 6 or 7:
                server.Evict();
                break;
        }
    }

    /// <summary>
    /// The fault may meet the save or, on its own thread, the log. Either way nothing that was committed is lost, and
    /// once the disk works again so does the server.
    /// </summary>
    private static async Task FailSaveAsync(SimulatedServer server, Random random)
    {
        await server.Keyspace.CommitAsync();
        await server.SaveWithFaultAsync(random.Next(16), (DiskFault)random.Next(3));
        server.Check();
        if (random.Next(2) == 0) return;
        await server.SaveAsync();
        Assert.Equal(KeyspaceState.Of(server.Model), await server.StateOfFileAsync(SimulatedServer.Path));
    }
}
