using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Durability.Tests.Faults;

/// <summary>
/// A fixed sequence of changes, saves and evictions that uses every effect, and the state after each: as a
/// keyspace without a disk has it.
/// </summary>
internal static class Workload
{
    public const string Path = "/data/bitmapist.db";
    private const int Databases = 2;

    private static readonly Action<Session>[] s_changes =
    [
        session => session.SetBit("a"u8, 9, bit: true),
        session => session.SetBit("b"u8, 70_000, bit: true),
        session => session.Set("text"u8, "hello"u8, SetCondition.Always, StringVerbs.NoExpiry, out _),
        session => session.BitOp(BitopKind.Or, Bytes("both"), [Bytes("a"), Bytes("b")]).Pending.Force(),
        session => session.ExpireAt("both"u8, 4_000_000_000_000, ExpireCondition.None),
        session => session.SetBit("a"u8, 9, bit: false),
        session => session.Rename("text"u8, "words"u8, SetCondition.Always),
        session => session.Copy("both"u8, 1, "copy"u8, SetCondition.Always),
        session => session.Delete([Bytes("b"), Bytes("missing")]),
        session => session.SetBit("a"u8, 4_000_000_000, bit: true),
        session => session.Persist("both"u8),
        session => session.Flush(1),
        session => session.SetBit("both"u8, 3, bit: true),
        session => session.SetBit("last"u8, 1, bit: true),
    ];

    private static readonly int[] s_saves = [4, 7, 11]; // after so many changes

    /// <summary>The states after 0, 1, 2 … changes.</summary>
    public static IReadOnlyList<string> States { get; } = FindStates();

    /// <summary>How many changes there are.</summary>
    public static int Changes => s_changes.Length;

    /// <summary>Opens what a disk holds, with every change synced before it is acknowledged.</summary>
    public static PersistentKeyspace Open(SimulatedFileSystem disk) => PersistentKeyspace.Open(
        disk,
        new PersistenceOptions(Path, Databases, FsyncPolicy.Always, TimeSpan.Zero),
        new ManualTime(),
        new NoEvents());

    /// <summary>
    /// Runs the changes one by one on a disk, each acknowledged before the next, until one fails; what is clean is
    /// evicted on the way.
    /// </summary>
    /// <param name="disk">An empty disk.</param>
    /// <param name="changes">How many.</param>
    /// <returns>How many were acknowledged.</returns>
    public static async Task<int> RunAsync(SimulatedFileSystem disk, int changes)
    {
        await using PersistentKeyspace keyspace = Open(disk);
        using var session = new Session(keyspace.Store);
        int acknowledged = 0;
        for (int i = 0; i < changes; i++)
        {
            session.Database = 0;
            s_changes[i](session);
            await keyspace.CommitAsync(session);
            acknowledged = i + 1;
            if (!s_saves.Contains(acknowledged)) continue;
            _ = await keyspace.SaveAsync(); // one that fails loses nothing
            keyspace.MemoryBytesMax = 1;
            keyspace.SweepHotSet();
            keyspace.MemoryBytesMax = 0;
        }

        return acknowledged;
    }

    /// <summary>The same, of which a failure on the disk may be the end.</summary>
    /// <returns>How many were acknowledged.</returns>
    public static async Task<int> RunUntilFailureAsync(SimulatedFileSystem disk)
    {
        int acknowledged = 0;
        PersistentKeyspace keyspace;
        try
        {
            keyspace = Open(disk);
        }
        catch (Storage.Files.StorageException)
        {
            return 0;
        }

        await using (keyspace)
        {
            using var session = new Session(keyspace.Store);
            try
            {
                for (int i = 0; i < Changes; i++)
                {
                    session.Database = 0;
                    s_changes[i](session);
                    await keyspace.CommitAsync(session);
                    acknowledged = i + 1;
                    if (s_saves.Contains(acknowledged)) _ = await keyspace.SaveAsync();
                }
            }
            catch (Storage.Files.StorageException)
            {
                // The log has failed: nothing is acknowledged any more.
            }
        }

        return acknowledged;
    }

    /// <summary>Everything a keyspace holds, a line a key.</summary>
    public static string StateOf(KeyspaceStore store)
    {
        using var session = new Session(store);
        var lines = new StringBuilder();
        for (int database = 0; database < Databases; database++)
        {
            session.Database = database;
            foreach (byte[] name in session.Names([]).Read())
            {
                Assert.True(session.TryGet(name, out StringValue value));
                var ids = new List<uint>();
                for (long id = value.Bits.NextSet(0); id >= 0; id = value.Bits.NextSet(id + 1)) ids.Add((uint)id);
                lines.Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"{database} {Encoding.Latin1.GetString(name)} {value.LengthBytes} [{string.Join(' ', ids)}] ")
                    .Append(session.ExpiresAt(name, out _)).Append('\n');
            }
        }

        return lines.ToString();
    }

    private static List<string> FindStates()
    {
        var store = new KeyspaceStore(Databases, new ManualTime());
        using var session = new Session(store);
        var states = new List<string> { StateOf(store) };
        foreach (Action<Session> change in s_changes)
        {
            session.Database = 0;
            change(session);
            states.Add(StateOf(store));
        }

        return states;
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
