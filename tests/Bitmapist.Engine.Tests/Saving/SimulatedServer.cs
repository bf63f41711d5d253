using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>
/// A keyspace on a simulated disk beside its model: what a server is to the engine, with closing, killing and failing
/// disks at hand. One thread at a time.
/// </summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    public const string Path = "/data/bitmapist.db";
    public const int Databases = 3;
    private readonly FsyncPolicy _fsync;
    private PersistentKeyspace _keyspace;
    private Session _session;

    public SimulatedServer(FsyncPolicy fsync)
    {
        _fsync = fsync;
        Time.Advance(TimeSpan.FromSeconds(1000));
        (_keyspace, _session, Pair) = Open(new ModelKeyspace(() => Time.Now.ToUnixTimeMilliseconds()));
    }

    public ManualTime Time { get; } = new();

    public SimulatedFileSystem Disk { get; private set; } = new();

    public SilentEvents Events { get; } = new();

    public PersistentKeyspace Keyspace => _keyspace;

    public Session Session => _session;

    public PairedKeyspace Pair { get; private set; }

    public ModelKeyspace Model => Pair.Model;

    /// <summary>The keyspace's whole state equals the model's.</summary>
    public void Check() => Assert.Equal(KeyspaceState.Of(Model), KeyspaceState.Of(_keyspace.Store));

    /// <summary>Evicts everything that is saved.</summary>
    public void Evict()
    {
        _keyspace.MemoryBytesMax = 1;
        _keyspace.SweepHotSet();
        _keyspace.MemoryBytesMax = 0;
    }

    public async Task SaveAsync()
    {
        Exception? failure = await _keyspace.SaveAsync();
        Assert.Null(failure);
    }

    /// <summary>
    /// Lets one of the next operations on the disk fail, and saves. The fault may meet the save or, on a thread of its
    /// own, the log: both have had their say when this returns.
    /// </summary>
    /// <returns>Why the save failed, or null.</returns>
    public async Task<Exception?> SaveWithFaultAsync(int operation, DiskFault fault)
    {
        int number = Disk.Events.Count + operation;
        Disk.FailAt(number, fault);
        Exception? failure = await _keyspace.SaveAsync();
        while (Disk.Events.Count <= number) // it must not meet anything later
        {
            try
            {
                Disk.SyncDirectory("/elsewhere");
            }
            catch (StorageException)
            {
                // The fault, spent where it does no harm.
            }
        }

        WaitUntilMended();
        return failure;
    }

    /// <summary>Waits until the log, should it have failed, works again.</summary>
    public void WaitUntilMended()
    {
        for (int waits = 0; _keyspace.IsSaving || _keyspace.LogFailure is not null || _keyspace.IsLogFailing; waits++)
        {
            // The keeper and the save it begins need threads of the pool, which other tests may all be using.
            Assert.True(waits < 20_000, $"refusing writes for too long: {_keyspace.LogFailure}");
            Eventually.AMoment(1);
            if (waits % 10 == 9) Time.Advance(TimeSpan.FromMilliseconds(100)); // what waits longer each time
        }
    }

    /// <summary>Goes on as if the model had always been this: what was taken back is no part of it.</summary>
    public void Adopt(ModelKeyspace model) => Pair = new PairedKeyspace(_session, model);

    /// <summary>Something that was done was taken back, as the log could not keep it.</summary>
    public bool IsAnythingTakenBack => _keyspace.Store.Era != 0;

    /// <summary>Ends in good order and starts again.</summary>
    public async Task RestartAsync()
    {
        _session.Dispose();
        await _keyspace.DisposeAsync();
        (_keyspace, _session, Pair) = Open(Model);
    }

    /// <summary>Ends as SIGKILL or a power cut would have it; the model is what should come back.</summary>
    public async Task CrashAsync(CrashMode mode, int seed, ModelKeyspace model)
    {
        SimulatedFileSystem after = Disk.Crash(mode, seed);
        await DisposeAsync();
        Disk = after;
        (_keyspace, _session, Pair) = Open(model);
    }

    /// <summary>The state that a file of the disk holds by itself, a backup for instance.</summary>
    public async Task<string> StateOfFileAsync(string path)
    {
        SimulatedFileSystem copy = new();
        copy.WriteAll(Path, Disk.ReadAll(path));
        await using PersistentKeyspace opened = PersistentKeyspace.Open(
            copy, new PersistenceOptions(Path, Databases, _fsync, TimeSpan.Zero), Time, Events);
        return KeyspaceState.Of(opened.Store);
    }

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await _keyspace.DisposeAsync();
    }

    private (PersistentKeyspace Keyspace, Session Session, PairedKeyspace Pair) Open(ModelKeyspace model)
    {
        var options = new PersistenceOptions(Path, Databases, _fsync, TimeSpan.Zero);
        PersistentKeyspace keyspace = PersistentKeyspace.Open(Disk, options, Time, Events);
        var session = new Session(keyspace.Store);
        return (keyspace, session, new PairedKeyspace(session, model));
    }
}
