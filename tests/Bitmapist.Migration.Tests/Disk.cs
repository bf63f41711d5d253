using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Transfer;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests;

/// <summary>A simulated disk and clock, and looks into databases on it.</summary>
internal static class Disk
{
    public const string Source = "/data/source";
    public const string Target = "/data/bitmapist.db";

    /// <summary>A clock in 2030: after what the fixtures call past, before what they call future.</summary>
    public static ManualTime Clock()
    {
        var time = new ManualTime();
        time.Advance(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000) - DateTimeOffset.UnixEpoch);
        return time;
    }

    public static SimulatedFileSystem With(string path, ReadOnlySpan<byte> bytes)
    {
        var files = new SimulatedFileSystem();
        files.WriteAll(path, bytes);
        return files;
    }

    /// <summary>Imports bytes from a file of their own; returns the report and every key.</summary>
    public static (ImportReport Report, List<ImportedKey> Keys) Import(ReadOnlySpan<byte> bytes)
    {
        SimulatedFileSystem files = With(Source, bytes);
        ImportReport report = Migration.Import.Run(files, Source, Target, Clock());
        return (report, Read(files, Target));
    }

    /// <summary>Every key of a database.</summary>
    public static List<ImportedKey> Read(IFileSystem files, string path)
    {
        using DatabaseFile file = DatabaseFile.OpenOrCreate(files, path);
        var contents = new DatabaseReader(file);
        var keys = new List<ImportedKey>();
        foreach (StoredString key in contents.Keys())
        {
            StringValue value = contents.Read(key);
            value.Bits.Validate();
            Assert.Equal(key.Cardinality, value.Bits.Cardinality);
            keys.Add(new ImportedKey(
                key.Database, key.Name.ToArray(), value.LengthBytes, Ids(value.Bits), key.ExpiresAtUnixMs));
        }

        return keys;
    }

    public static uint[] Ids(ReadOnlyBitmap bits)
    {
        var ids = new List<uint>();
        for (long id = bits.NextSet(0); id >= 0; id = bits.NextSet(id + 1)) ids.Add((uint)id);
        return [.. ids];
    }

    /// <summary>The bytes of a string, from its length and its one-bits.</summary>
    public static byte[] Bytes(ImportedKey key)
    {
        byte[] bytes = new byte[key.LengthBytes];
        foreach (uint id in key.Ids) bytes[id / 8] |= (byte)(0x80 >> (int)(id % 8));
        return bytes;
    }
}
