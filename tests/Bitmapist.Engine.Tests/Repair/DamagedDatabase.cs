using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Repair;

/// <summary>
/// A database with several generations and a log behind them, every state that its keys ever had, and the means to
/// damage copies of it.
/// </summary>
internal sealed class DamagedDatabase
{
    public const string FilePath = SimulatedServer.Path;
    public const string Output = "/data/repaired.db";

    private int _repairs;

    private DamagedDatabase(SimulatedFileSystem disk, string final, HashSet<string> history)
    {
        Disk = disk;
        Final = final;
        History = history;
    }

    public SimulatedFileSystem Disk { get; }

    /// <summary>The state of all keys at the end, as <see cref="KeyspaceState"/> shows it.</summary>
    public string Final { get; }

    /// <summary>A line for every state that any key ever had.</summary>
    public HashSet<string> History { get; }

    public IReadOnlyList<string> LogPaths => Disk.List("/data", "bitmapist.db.log.");

    /// <summary>Makes one; the steps save and change as they like.</summary>
    public static async Task<DamagedDatabase> CreateAsync(params Func<SimulatedServer, Task>[] steps)
    {
        HashSet<string> history = [];
        await using SimulatedServer server = new(FsyncPolicy.Always);
        foreach (Func<SimulatedServer, Task> step in steps)
        {
            await step(server);
            await server.Keyspace.CommitAsync(); // as a server does before it replies
            history.UnionWith(KeyspaceState.Of(server.Model).Split('\n'));
        }

        return new DamagedDatabase(server.Disk.Clone(), KeyspaceState.Of(server.Model), history);
    }

    public static Func<SimulatedServer, Task> Save => server => server.SaveAsync();

    public static Func<SimulatedServer, Task> Do(Action<PairedKeyspace> step) => server =>
    {
        step(server.Pair);
        return Task.CompletedTask;
    };

    /// <summary>A copy of the disk with one file replaced.</summary>
    public SimulatedFileSystem With(string path, ReadOnlySpan<byte> bytes)
    {
        SimulatedFileSystem disk = Disk.Clone();
        disk.WriteAll(path, bytes);
        return disk;
    }

    /// <summary>A copy of the disk with a bit of one byte flipped.</summary>
    public SimulatedFileSystem Flipped(string path, long offset)
    {
        byte[] bytes = Disk.ReadAll(path);
        bytes[offset] ^= (byte)(1 << (int)(offset % 8));
        return With(path, bytes);
    }

    /// <summary>Where the value of a key lies in the file's newest generation, and how long it is.</summary>
    public (long Offset, int Bytes) ValueOf(string name, int generation = 0)
    {
        using DatabaseSurvey survey = DatabaseSurvey.Open(Disk, FilePath);
        byte[] stored = [0, 0, .. Name.Bytes(name)];
        SurveyedEntry found = survey.ReadEntries(survey.Generations[generation], (_, _) => { })
            .Single(entry => entry.Stored.Key.Span.SequenceEqual(stored));
        return (found.Stored.ValueOffset, found.Stored.ValueBytes);
    }

    /// <summary>Where the trailers of the file begin and end, newest first.</summary>
    public IReadOnlyList<(long Offset, long End)> Trailers()
    {
        using DatabaseSurvey survey = DatabaseSurvey.Open(Disk, FilePath);
        return [.. survey.Generations.Select(generation => (generation.TrailerOffset, generation.End))];
    }

    public static CheckReport Check(SimulatedFileSystem disk) => DatabaseCheck.Run(disk, FilePath, (_, _) => { });

    /// <summary>Repairs; the output must be whole, and none of it a state that no key ever had.</summary>
    public (RepairReport Report, string State) Repair(
        SimulatedFileSystem disk, OlderVersions older = OlderVersions.WhereIndexIsDamaged)
    {
        byte[] before = disk.ReadAll(FilePath);
        RepairReport report = DatabaseRepair.Run(disk, FilePath, Output, older, (_, _) => { });
        Assert.Equal(before, disk.ReadAll(FilePath));
        CheckReport check = DatabaseCheck.Run(disk, Output, (_, _) => { });
        Assert.Empty(check.Damages);
        Assert.Equal(report.Keys, check.Databases.Values.Sum(content => content.Keys));
        string state = ContentsOf(disk, Output);
        Assert.All(Lines(state), line => Assert.Contains(line, History));
        // Opened by a server as well, but not each of thousands.
        if (++_repairs % 16 == 1) Assert.Equal(state, StateOf(disk, Output));
        return (report, state);
    }

    public static IEnumerable<string> Lines(string state) => state.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What a database file holds by itself.</summary>
    private static string ContentsOf(SimulatedFileSystem disk, string path)
    {
        using DatabaseFile file = DatabaseFile.OpenOrCreate(disk, path);
        DatabaseReader contents = new(file);
        return KeyspaceState.Of(contents.Keys().Select(key =>
            (key.Database, key.Name.ToArray(), contents.Read(key), key.ExpiresAtUnixMs)));
    }

    /// <summary>What a server started over a copy of the disk holds.</summary>
    public static string StateOf(SimulatedFileSystem disk, string path)
    {
        SimulatedFileSystem copy = disk.Clone();
        ManualTime time = new();
        PersistentKeyspace opened = PersistentKeyspace.Open(
            copy, new PersistenceOptions(path, SimulatedServer.Databases, FsyncPolicy.No, TimeSpan.Zero), time,
            new SilentEvents());
        string state = KeyspaceState.Of(opened.Store);
        opened.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return state;
    }
}
