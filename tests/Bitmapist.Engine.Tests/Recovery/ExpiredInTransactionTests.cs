using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Recovery;

/// <summary>
/// Keys that a transaction makes with a time that has come, or whose database it swaps before it finds that out: a
/// replay, in which nothing expires, must come to the same.
/// </summary>
public sealed class ExpiredInTransactionTests
{
    private const long Past = 1;

    private static readonly Dictionary<string, Action<Session>> s_transactions = new()
    {
        ["SET k PXAT past, SETBIT k"] = session =>
        {
            Set(session, "k", "v", Past);
            session.SetBit(Name.Bytes("k"), 100, bit: true);
        },
        ["SET k PXAT past, APPEND k"] = session =>
        {
            Set(session, "k", "zz", Past);
            Assert.True(new BytesEdit(session, Name.Bytes("k"), null, Name.Bytes("hello")).TryRun(out _));
        },
        ["SET b PXAT past, BITOP d a b"] = session =>
        {
            Set(session, "a", "A", StringVerbs.NoExpiry);
            Set(session, "b", "zz", Past);
            session.BitOp(BitopKind.Or, Name.Bytes("d"), Name.All("a", "b"));
        },
        ["SET live PXAT past, SWAPDB 0 1, SELECT 1, GET live"] = session =>
        {
            Set(session, "live", "x", Past);
            session.Swap(0, 1);
            session.Database = 1;
            Assert.False(session.TryGet(Name.Bytes("live"), out _));
        },
        ["SWAPDB 0 1, GET what has expired meanwhile, SWAPDB 0 1"] = session =>
        {
            Set(session, "live", "x", Past);
            session.Swap(0, 1);
            session.Swap(0, 1);
            Assert.False(session.TryGet(Name.Bytes("live"), out _));
        },
    };

    public static TheoryData<string> Transactions => [.. s_transactions.Keys];

    [Theory]
    [MemberData(nameof(Transactions))]
    public async Task A_start_finds_what_the_transaction_left(string transaction)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        Session session = server.Session;
        session.Database = 1;
        Set(session, "live", "precious", StringVerbs.NoExpiry);
        session.Database = 0;
        using (TransactionScope scope = session.BeginTransaction(KeyspaceStore.AllShards))
        {
            s_transactions[transaction](session);
            scope.Complete();
        }

        await server.Keyspace.CommitAsync(session);
        string left = KeyspaceState.Of(server.Keyspace.Store);
        Assert.Contains("live", left, StringComparison.Ordinal);
        await server.RestartAsync();
        Assert.Equal(left, KeyspaceState.Of(server.Keyspace.Store));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public void Much_put_behind_little_or_nothing_is_all_there(string before)
    {
        KeyspaceStore store = new(1, TimeProvider.System);
        using Session session = new(store);
        if (before.Length > 0) Set(session, "k", before, StringVerbs.NoExpiry);
        byte[] much = new byte[400_000];
        new Random(1).NextBytes(much);
        var edit = new BytesEdit(session, Name.Bytes("k"), null, much);
        Assert.False(edit.TryRun(out PendingBits? seen), "too much for a hold of the shard");
        Assert.NotNull(seen);
        edit.Run();
        Assert.Equal(before.Length + much.Length, edit.LengthBytes);
        Assert.True(session.TryGet(Name.Bytes("k"), out StringValue value));
        byte[] bytes = new byte[edit.LengthBytes];
        for (long at = 0; at < bytes.Length; at += StringBytes.ChunkBytes)
        {
            int length = (int)Math.Min(StringBytes.ChunkBytes, bytes.Length - at);
            StringSlice.Whole(value).CopyTo(at, bytes.AsSpan((int)at, length));
        }

        Assert.Equal([.. Name.Bytes(before), .. much], bytes);
    }

    private static void Set(Session session, string key, string value, long expiry) =>
        session.Set(Name.Bytes(key), Name.Bytes(value), SetCondition.Always, expiry, out _);
}
