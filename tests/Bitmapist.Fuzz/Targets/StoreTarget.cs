using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Verbs;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// The database file and the log behind it: whatever the bytes, reading, checking, repairing and starting a server
/// refuse them by exceptions made for that. Where no checksum was forged, what is read is a state that the keys were
/// in, and what a repair writes a value that the key had. Where a check finds nothing, everything can be read.
/// </summary>
public abstract class StoreTarget : IFuzzTarget
{
    private const string Repaired = "/data/repaired.db";

    public abstract string Name { get; }

    public abstract IReadOnlyList<byte[]> Tokens { get; }

    public byte[] Generate(Random random)
    {
        int number = random.Next(SpecimensMax);
        return new FileSet(number, IsForged: false, StoreSpecimen.Of(number).Files).ToArray();
    }

    /// <summary>Specimens of this target have numbers below this.</summary>
    protected abstract int SpecimensMax { get; }

    public byte[] Mutate(byte[] input, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        FileSet set = FileSet.Parse(input);
        if (set.Files.Length == 0) return input;
        int index = Choose(set.Files.Length, random);
        byte[] file = set.Files[index];
        if (!set.IsForged && random.Next(2) == 0) return set.With(index, Mutator.Damage(file, random), false).ToArray();
        byte[] mutated = Mutator.Mutate(file, Tokens, random);
        FixChecksums(index, mutated);
        return set.With(index, mutated, isForged: true).ToArray();
    }

    public string Check(byte[] input, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        FileSet set = FileSet.Parse(input);
        StoreSpecimen specimen = StoreSpecimen.Of(set.Specimen);
        SimulatedFileSystem disk = specimen.Disk(set.Files);
        if (!disk.Exists(StoreSpecimen.Path)) return "no file";
        bool isWhole = IsWhole(disk);
        if (random.Next(3) == 0) CheckRepair(disk.Clone(), set, specimen, random);
        string read = random.Next(2) == 0 ? ReadFile(disk.Clone(), set, specimen) : Start(disk.Clone(), set, specimen);
        // How many databases a server is started with is nothing that a check knows.
        if (isWhole && read != Accepted && !read.EndsWith("are configured (-databases)", StringComparison.Ordinal))
            throw new FuzzFailureException($"The check found nothing, but reading did: {read}");
        return read;
    }

    private const string Accepted = "accepted";

    /// <summary>Which of the files is to be damaged.</summary>
    protected abstract int Choose(int files, Random random);

    /// <summary>Makes the checksums of a file right, as far as its structure can be followed.</summary>
    protected abstract void FixChecksums(int index, byte[] file);

    private static bool IsWhole(SimulatedFileSystem disk)
    {
        try
        {
            return DatabaseCheck.Run(disk, StoreSpecimen.Path, static (_, _) => { }).Damages.Count == 0;
        }
        catch (CorruptFileException)
        {
            return false; // foreign, or newer
        }
    }

    private static string ReadFile(SimulatedFileSystem disk, FileSet set, StoreSpecimen specimen)
    {
        var keys = new Dictionary<string, string>();
        try
        {
            using DatabaseFile file = DatabaseFile.OpenOrCreate(disk, StoreSpecimen.Path);
            Read(file, keys);
        }
        catch (CorruptFileException refusal)
        {
            return refusal.Reason;
        }

        if (!set.IsForged && !specimen.SavedStates.Contains(Keys.State(keys)))
            throw new FuzzFailureException($"The file shows what was never saved: {Keys.State(keys)}");
        return Accepted;
    }

    private static void Read(DatabaseFile file, Dictionary<string, string> keys)
    {
        var contents = new DatabaseReader(file);
        foreach (StoredString key in contents.Keys())
        {
            StringValue value = contents.Read(key);
            if (value.Bits.Cardinality != key.Cardinality)
            {
                throw new CorruptFileException(FileDefect.Damaged, file.Path, 0,
                    "a cardinality that is not the bitmap's"); // what checking alone looks at
            }

            keys[Keys.Name(key.Database, key.Name.Span)] = Keys.Value(value, key.ExpiresAtUnixMs);
        }
    }

    private static string Start(SimulatedFileSystem disk, FileSet set, StoreSpecimen specimen)
    {
        var keys = new Dictionary<string, string>();
        try
        {
            using OpenStore store = OpenStore.Over(disk);
            using var session = new Session(store.Keyspace.Store);
            foreach (string key in specimen.Versions.Keys) Ask(session, key, keys);
            long counted = 0;
            for (session.Database = 0; session.Database < StoreSpecimen.Databases - 1; session.Database++)
                counted += session.CountKeys();
            counted += session.CountKeys();
            if (!set.IsForged && counted != keys.Count)
                throw new FuzzFailureException($"{counted} keys are counted, {keys.Count} are there.");
        }
        catch (CorruptFileException refusal)
        {
            return refusal.Reason;
        }
        catch (DiskReadException refusal)
        {
            return "unreadable: " + refusal.Message;
        }

        if (!set.IsForged && !specimen.States.Contains(Keys.State(keys)))
            throw new FuzzFailureException($"The server shows what never was: {Keys.State(keys)}");
        return Accepted;
    }

    private static void Ask(Session session, string key, Dictionary<string, string> keys)
    {
        session.Database = key[0] - '0';
        byte[] name = System.Text.Encoding.Latin1.GetBytes(key[2..]);
        bool isAtHand = session.TryGetBit(name, 77, out bool bit, out PendingBits? unread);
        if (!isAtHand) bit = unread!.Contains(77);
        long expiresAt = Math.Max(0, session.ExpiresAt(name, out _));
        if (!session.TryGet(name, out StringValue value)) return;
        keys[key] = Keys.Value(value, expiresAt);
        if (value.Bits.Contains(77) != bit) throw new FuzzFailureException($"Bit 77 of {key} is {bit}, and is not.");
    }

    private static void CheckRepair(SimulatedFileSystem disk, FileSet set, StoreSpecimen specimen, Random random)
    {
        var keys = new Dictionary<string, string>();
        try
        {
            OlderVersions older = random.Next(2) == 0 ? OlderVersions.Always : OlderVersions.WhereIndexIsDamaged;
            DatabaseRepair.Run(disk, StoreSpecimen.Path, Repaired, older, static (_, _) => { });
        }
        catch (CorruptFileException)
        {
            return; // nothing can be salvaged
        }

        using DatabaseFile file = DatabaseFile.OpenOrCreate(disk, Repaired);
        Read(file, keys);
        if (set.IsForged) return;
        foreach ((string key, string value) in keys)
        {
            if (!specimen.Versions.TryGetValue(key, out HashSet<string>? versions) || !versions.Contains(value))
                throw new FuzzFailureException($"The repair wrote {key}={value}, which never was.");
        }
    }
}
