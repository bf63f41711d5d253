using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Migration;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// Files of other servers: whatever the bytes, an import refuses them by exceptions made for that and leaves nothing
/// behind, or makes a whole database, of which an export is imported as the same keys.
/// </summary>
public abstract class ImportTarget : IFuzzTarget
{
    protected const string Source = "/data/source";
    private const string Target = "/data/bitmapist.db";
    private const string Exported = "/data/exported.rdb";

    public abstract string Name { get; }

    public abstract IReadOnlyList<byte[]> Tokens { get; }

    public abstract byte[] Generate(Random random);

    public abstract byte[] Mutate(byte[] input, Random random);

    public abstract string Check(byte[] input, Random random);

    /// <summary>Imports a source that is on a disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="source">Where the source is.</param>
    /// <param name="random">Whether to export as well.</param>
    /// <param name="keys">Every key of the result; null: it was refused.</param>
    /// <returns>Why it was refused, or that it was not.</returns>
    protected static string Import(
        SimulatedFileSystem disk, string source, Random random, out SortedDictionary<string, string>? keys)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(random);
        IReadOnlyList<string> before = disk.List("/data", "");
        keys = null;
        ImportReport report;
        try
        {
            report = Migration.Import.Run(disk, source, Target, OpenStore.Clock());
        }
        catch (Exception refusal) when (refusal is CorruptFileException or MigrationException)
        {
            if (!before.SequenceEqual(disk.List("/data", "")))
                throw new FuzzFailureException($"It left {string.Join(", ", disk.List("/data", "").Except(before))}.");
            return refusal is CorruptFileException corrupt ? corrupt.Reason : refusal.Message;
        }

        keys = Read(disk, Target);
        if (report.Keys != keys.Count)
            throw new FuzzFailureException($"{report.Keys} keys are reported, {keys.Count} are there.");
        if (random.Next(4) == 0 && report.StringBytes < 64 << 20) CheckExport(disk, keys);
        return report.Warnings.Count == 0 ? "accepted" : "accepted with a warning";
    }

    private static SortedDictionary<string, string> Read(SimulatedFileSystem disk, string path)
    {
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using DatabaseFile file = DatabaseFile.OpenOrCreate(disk, path);
        var contents = new DatabaseReader(file);
        foreach (StoredString key in contents.Keys())
        {
            StringValue value = contents.Read(key);
            value.Bits.Validate();
            if (value.Bits.Cardinality != key.Cardinality) throw new FuzzFailureException("A wrong cardinality.");
            keys.Add(Keys.Name(key.Database, key.Name.Span), value.LengthBytes > 1 << 20
                ? $"{value.LengthBytes}:{value.Bits.Cardinality}@{key.ExpiresAtUnixMs}"
                : Keys.Value(value, key.ExpiresAtUnixMs));
        }

        return keys;
    }

    private static void CheckExport(SimulatedFileSystem disk, SortedDictionary<string, string> keys)
    {
        Export.Run(disk, Target, Exported, OpenStore.Clock());
        disk.Delete(Target);
        Migration.Import.Run(disk, Exported, Target, OpenStore.Clock());
        if (Keys.State(keys) != Keys.State(Read(disk, Target)))
            throw new FuzzFailureException("What was exported is not what is imported again.");
    }
}
