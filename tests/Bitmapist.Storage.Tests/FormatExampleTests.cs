using System.Globalization;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests;

/// <summary>The worked examples of docs/format are what this code writes, byte for byte.</summary>
public sealed class FormatExampleTests(ITestOutputHelper output)
{
    private static readonly Guid s_id = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly SipKey s_filterKey = SipKey.Read("0123456789abcdef"u8);

    [Fact]
    public void The_log_example_is_what_is_written()
    {
        SimulatedFileSystem disk = new();
        disk.WriteAll("/data/bitmapist.db.log.000001", new byte[70]);
        using (LogWriter log = LogWriter.Open(disk, "/data/bitmapist.db", s_id, 2, FsyncPolicy.No, TimeProvider.System))
            log.Append("hello"u8);
        Check("log.md", disk.ReadAll("/data/bitmapist.db.log.000002"));
    }

    [Fact]
    public void The_database_example_is_what_is_written()
    {
        SimulatedFileSystem disk = new();
        using (GenerationWriter writer = NewDatabaseFile.Begin(
            disk, "/data/bitmapist.db", s_id, generation: 0, s_filterKey, source: null, place: disk.Rename,
            end: () => { }))
        {
            writer.Put("k2"u8, default, "hi"u8);
            writer.Put("k1"u8, "m"u8, "hello"u8);
            writer.Commit(firstLogSequence: 1);
        }

        Check("database.md", disk.ReadAll("/data/bitmapist.db"));
    }

    [Fact]
    public void Numbers_that_are_on_disk_keep_their_meaning()
    {
        Assert.Equal((0, 1, 2), ((int)RecordKind.Reserved, (int)RecordKind.Batch, (int)RecordKind.Durable));
        Assert.Equal((1, 2), ((int)IndexBlockBuilder.ValueKind, (int)IndexBlockBuilder.DeletionKind));
        Assert.Equal((1u, 1u), (SegmentHeader.Version, DatabaseHeader.Version));
        Assert.Equal((4096, 4096), (ValueFormat.ChunkBytes, Trailer.Alignment));
    }

    /// <summary>
    /// Lines of the document such as "0000  42 4d …  comment" are taken for 16 or fewer bytes at a hexadecimal offset;
    /// bytes that no line shows must be zero.
    /// </summary>
    private void Check(string document, byte[] actual)
    {
        output.WriteLine(Convert.ToHexString(actual));
        byte[] expected = new byte[actual.Length];
        foreach (string line in File.ReadLines(Find(document)))
        {
            string[] parts = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || parts[0].Length != 4) continue;
            if (!int.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int offset)) continue;
            Convert.FromHexString(parts[1].Replace(" ", "", StringComparison.Ordinal)).CopyTo(expected, offset);
        }

        Assert.Equal(expected, actual);
    }

    private static string Find(string document)
    {
        DirectoryInfo directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "BitmapistServer.sln"))) directory = directory.Parent!;
        return Path.Combine(directory.FullName, "docs", "format", document);
    }
}
