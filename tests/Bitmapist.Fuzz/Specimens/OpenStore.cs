using Bitmapist.Engine.Saving;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>A database opened as a server does, at a time in 2030.</summary>
internal sealed class OpenStore : IDisposable
{
    private OpenStore(PersistentKeyspace keyspace) => Keyspace = keyspace;

    public PersistentKeyspace Keyspace { get; }

    /// <summary>Opens the database of a specimen's path.</summary>
    public static OpenStore Over(SimulatedFileSystem files)
    {
        var options = new PersistenceOptions(
            StoreSpecimen.Path, StoreSpecimen.Databases, FsyncPolicy.No, SaveInterval: TimeSpan.Zero);
        return new OpenStore(PersistentKeyspace.Open(files, options, Clock(), new NoEvents()));
    }

    /// <summary>A clock in 2030.</summary>
    public static TimeProvider Clock()
    {
        var time = new ManualTime();
        time.Advance(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000) - DateTimeOffset.UnixEpoch);
        return time;
    }

    public void Dispose() => Keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
