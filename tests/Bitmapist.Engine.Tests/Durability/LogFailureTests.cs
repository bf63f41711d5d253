using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Expiry;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Durability;

/// <summary>A full disk under the log: nothing is promised any more, what was promised is kept, reads go on.</summary>
public sealed class LogFailureTests
{
    [Theory]
    [InlineData(FsyncPolicy.No, DiskFault.NoSpace)]
    [InlineData(FsyncPolicy.No, DiskFault.ShortWrite)]
    [InlineData(FsyncPolicy.Always, DiskFault.InputOutputError)]
    [InlineData(FsyncPolicy.Always, DiskFault.ShortWrite)]
    public async Task Reads_go_on_and_nothing_promised_is_lost(FsyncPolicy fsync, DiskFault fault)
    {
        await using SimulatedServer server = new(fsync);
        server.Pair.SetBit("kept", 1, bit: true);
        server.Pair.SetBit("mortal", 1, bit: true);
        server.Pair.ExpireAt("mortal", Now(server) + 5, ExpireCondition.None);
        await server.Keyspace.CommitAsync();
        ModelKeyspace promised = server.Model.Clone();

        FailNext(server, fault);
        server.Pair.SetBit("lost", 1, bit: true);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        Assert.NotNull(server.Keyspace.LogFailure);
        Assert.Throws<StorageException>(() => server.Session.SetBit(Name.Bytes("refused"), 1, bit: true));
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        Assert.NotNull(await server.Keyspace.SaveAsync());

        server.Time.Advance(TimeSpan.FromMilliseconds(5)); // also the expired key is read and found missing
        using (Session reader = new(server.Keyspace.Store))
        {
            Assert.True(reader.TryGetBit(Name.Bytes("kept"), 1, out bool bit, out _));
            Assert.True(bit);
            Assert.False(reader.Exists(Name.Bytes("mortal")));
            Assert.DoesNotContain("mortal", reader.Names([]).Read().Select(name => Name.Text(name)));
            await server.Keyspace.CommitAsync(reader);
            Assert.Equal(0, server.Keyspace.Store.RemoveExpired(reader));
        }

        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, promised);
        server.Check();
    }

    [Fact]
    public async Task A_client_whose_writes_were_promised_reads_on()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("kept", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        using Session other = new(server.Keyspace.Store);
        other.SetBit(Name.Bytes("lost"), 1, bit: true);
        FailNext(server, DiskFault.NoSpace);
        server.Pair.GetBit("kept", 1);
        await server.Keyspace.CommitAsync(server.Session); // its own effects are safe, whatever becomes of the other's
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(other));
    }

    [Fact]
    public async Task A_refused_effect_does_not_come_back_with_a_later_command()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("first", 1, bit: true);
        FailNext(server, DiskFault.NoSpace);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync());
        Assert.Throws<StorageException>(() => server.Session.SetBit(Name.Bytes("refused"), 1, bit: true));
        Assert.True(server.Session.Effects.IsEmpty);
        Assert.True(server.Session.Exists(Name.Bytes("first")));
    }

    private static void FailNext(SimulatedServer server, DiskFault fault) =>
        server.Disk.FailAt(server.Disk.Events.Count, fault);

    private static long Now(SimulatedServer server) => server.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
