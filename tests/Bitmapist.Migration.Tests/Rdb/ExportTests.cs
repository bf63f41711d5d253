using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Transfer;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.Rdb;

public sealed class ExportTests
{
    private const string Dump = "/data/out.rdb";

    [Fact]
    public void What_is_exported_is_what_is_imported_again()
    {
        SimulatedFileSystem files = WithKeys();
        ExportReport report = Export.Run(files, Disk.Target, Dump, Disk.Clock());
        Assert.Equal((3, 1, 1, 16), (report.Keys, report.Expiries, report.Expired, report.Databases));
        Import.Run(files, Dump, "/data/again.db", Disk.Clock());
        List<ImportedKey> keys = Disk.Read(files, "/data/again.db");
        Assert.Equal(3, keys.Count);
        Assert.Equal((0, 2, 0), (keys[0].Database, keys[0].LengthBytes, keys[0].ExpiresAtUnixMs));
        Assert.Equal([3u, 9u], keys[0].Ids);
        Assert.Equal(
            (0, 512L << 20, long.MaxValue / 2), (keys[1].Database, keys[1].LengthBytes, keys[1].ExpiresAtUnixMs));
        Assert.Equal([0u, uint.MaxValue], keys[1].Ids);
        Assert.Equal((15, 0), (keys[2].Database, keys[2].LengthBytes));
    }

    [Fact]
    public void A_sparse_string_of_512_MB_is_exported_in_a_fraction_of_that_memory()
    {
        SimulatedFileSystem files = WithKeys();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ExportReport report = Export.Run(files, Disk.Target, Dump, Disk.Clock());
        Bounds.AtMost(64 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(report.WrittenBytes, 6_000_000, 6_300_000); // zeros: 3 bytes for 264
    }

    [Fact]
    public void Any_operation_that_fails_leaves_no_dump_and_the_next_attempt_succeeds()
    {
        SimulatedFileSystem small = Small();
        SimulatedFileSystem counted = small.Clone();
        Export.Run(counted, Disk.Target, Dump, Disk.Clock());
        int operations = counted.Events.Count;
        Assert.InRange(operations, 6, 100);
        for (int operation = 0; operation < operations; operation++)
        {
            SimulatedFileSystem files = small.Clone();
            files.FailAt(operation, DiskFault.ShortWrite);
            Assert.Throws<StorageException>(() => Export.Run(files, Disk.Target, Dump, Disk.Clock()));
            Export.Run(files, Disk.Target, Dump, Disk.Clock());
            Assert.Equal([Disk.Target, Dump], files.List("/data", ""));
        }
    }

    [Fact]
    public void A_dump_is_replaced_and_anything_else_refused()
    {
        SimulatedFileSystem files = Small();
        files.WriteAll(Dump, "REDIS0011..."u8);
        Export.Run(files, Disk.Target, Dump, Disk.Clock());
        files.WriteAll(Dump, "something else"u8);
        AssertRefused(files, Disk.Target, Dump, "exists and is no RDB file");
        AssertRefused(files, Disk.Target, Disk.Target, "exists and is no RDB file");
    }

    [Fact]
    public void What_is_no_database_of_this_server_is_refused_with_what_it_is()
    {
        SimulatedFileSystem files = Disk.With("/data/go.db", GoServer.BoltBytes.WithKeys(4096, ("a", 1)));
        files.WriteAll("/data/dump", new RdbBytes().End());
        files.WriteAll("/data/text", "text"u8);
        AssertRefused(files, "/data/go.db", Dump, "is a database of the Go server: import it first");
        AssertRefused(files, "/data/dump", Dump, "is a Redis dump already");
        AssertRefused(files, "/data/text", Dump, "is not a bitmapist-server database");
        AssertRefused(files, "/data/missing", Dump, "no such file");
        Assert.False(files.Exists("/data/missing"));
    }

    [Fact]
    public void A_database_in_use_is_refused()
    {
        SimulatedFileSystem files = Small();
        files.WriteAll(Disk.Target + ".lock", ""u8); // who uses a database has made it
        using IDisposable? held = files.TryLock(Disk.Target + ".lock");
        Assert.Throws<DatabaseLockedException>(() => Export.Run(files, Disk.Target, Dump, Disk.Clock()));
    }

    private static SimulatedFileSystem Small()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, new RdbBytes().Key(0, "k").Text("value").End());
        Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        files.Delete(Disk.Source);
        return files.Clone();
    }

    private static SimulatedFileSystem WithKeys()
    {
        var files = new SimulatedFileSystem();
        using DatabaseBuilder builder = DatabaseBuilder.Create(files, Disk.Target);
        builder.Put(0, "a"u8, Value(2, 3, 9), 0);
        builder.Put(0, "big"u8, Value(512L << 20, 0, uint.MaxValue), long.MaxValue / 2);
        builder.Put(0, "expired"u8, Value(1, 1), 5);
        builder.Put(15, "empty"u8, Value(0), 0);
        builder.Commit();
        return files;
    }

    private static StringValue Value(long lengthBytes, params uint[] ids) =>
        new(lengthBytes, PendingBits.Ready(FrozenBitmap.FromIds(ids)));

    private static void AssertRefused(SimulatedFileSystem files, string database, string dump, string reason) =>
        Assert.Contains(reason, Assert.Throws<MigrationException>(
            () => Export.Run(files, database, dump, Disk.Clock())).Message, StringComparison.Ordinal);
}
