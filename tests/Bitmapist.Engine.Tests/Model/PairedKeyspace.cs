using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Model;

/// <summary>Runs each verb on a session and on the model, and insists on the same answer.</summary>
internal sealed class PairedKeyspace(Session session, ModelKeyspace model)
{
    public ModelKeyspace Model => model;

    public Session Session => session;

    private int Database => session.Database;

    public void SetBit(string name, uint offset, bool bit) =>
        Assert.Equal(model.SetBit(Database, name, offset, bit), session.SetBit(Name.Bytes(name), offset, bit));

    public void GetBit(string name, uint offset)
    {
        if (!session.TryGetBit(Name.Bytes(name), offset, out bool bit, out PendingBits? unfinished))
            bit = unfinished!.Contains(offset);
        Assert.Equal(model.GetBit(Database, name, offset), bit);
    }

    public void CountBits(string name)
    {
        if (!session.TryGetCardinality(Name.Bytes(name), out long count, out PendingBits? unfinished))
            count = unfinished!.Count();
        Assert.Equal(model.CountBits(Database, name), count);
    }

    public void BitOp(BitopKind operation, string destination, params string[] sources)
    {
        model.BitOp(operation, Database, destination, sources);
        StringValue result = session.BitOp(operation, Name.Bytes(destination), Name.All(sources));
        Assert.Equal(model.Find(Database, destination)?.Bytes.Length ?? 0, result.LengthBytes);
        if (!session.InTransaction) result.Pending.Force();
    }

    public void Set(string name, byte[] bytes, SetCondition condition, long expiry)
    {
        byte[]? before = model.Find(Database, name)?.Bytes;
        bool isSet = session.Set(Name.Bytes(name), bytes, condition, expiry, out StringValue? old);
        Assert.Equal(model.Set(Database, name, bytes, condition, expiry), isSet);
        Assert.Equal(before, old is { } value ? KeyspaceState.Bytes(value) : null);
    }

    public void Get(string name)
    {
        bool exists = session.TryGet(Name.Bytes(name), out StringValue value);
        Assert.Equal(model.Find(Database, name)?.Bytes, exists ? KeyspaceState.Bytes(value) : null);
        Assert.Equal(model.Find(Database, name)?.Bytes.Length ?? 0, session.Length(Name.Bytes(name)));
        Assert.Equal(exists, session.Exists(Name.Bytes(name)));
    }

    public void Delete(params string[] names) =>
        Assert.Equal(model.Delete(Database, names), session.Delete(Name.All(names)));

    public void Rename(string from, string to, SetCondition condition) => Assert.Equal(
        model.Rename(Database, from, to, condition), session.Rename(Name.Bytes(from), Name.Bytes(to), condition));

    public void Copy(string from, int toDatabase, string to, SetCondition condition) => Assert.Equal(
        model.Copy(Database, from, toDatabase, to, condition),
        session.Copy(Name.Bytes(from), toDatabase, Name.Bytes(to), condition));

    public void ExpireAt(string name, long expiresAt, ExpireCondition condition) => Assert.Equal(
        model.ExpireAt(Database, name, expiresAt, condition), session.ExpireAt(Name.Bytes(name), expiresAt, condition));

    public void Persist(string name) =>
        Assert.Equal(model.Persist(Database, name), session.Persist(Name.Bytes(name)));

    public void ExpiresAt(string name)
    {
        long expected = model.Find(Database, name) switch
        {
            null => ExpiryVerbs.NoSuchKey,
            { ExpiresAt: 0 } => ExpiryVerbs.NoExpiry,
            { ExpiresAt: long at } => at,
        };
        Assert.Equal(expected, session.ExpiresAt(Name.Bytes(name), out _));
    }

    public void Flush(int database)
    {
        model.Flush(database);
        session.Flush(database);
    }

    public void FlushAll()
    {
        for (int database = 0; database < session.Store.Databases; database++) model.Flush(database);
        session.FlushAll();
    }

    /// <summary>All that lists or counts keys: names, a scan, counts, a random key.</summary>
    public void List(int scanCount)
    {
        string[] expected =
            [.. model.Keys.Where(key => key.Key.Database == Database).Select(key => key.Key.Name).Order()];
        Assert.Equal(expected, session.Names([]).Read().Select(name => Name.Text(name)).Order());
        List<byte[]> scanned = [];
        ulong cursor = 0;
        do cursor = session.Scan(cursor, [], scanCount, scanned);
        while (cursor != 0);
        Assert.Equal(expected, scanned.Select(name => Name.Text(name)).Order());
        long expiring = model.Keys.Count(key => key.Key.Database == Database && key.Value.ExpiresAt != 0);
        Assert.Equal(expected.Length, session.CountKeys());
        DatabaseCounts counts = session.CountByDatabase().SingleOrDefault(counts => counts.Database == Database);
        Assert.Equal((expected.Length, expiring), (counts.Keys, counts.Expiring));
        byte[]? some = session.RandomKey();
        if (some is null) Assert.Empty(expected);
        else Assert.Contains(Name.Text(some), expected);
        Assert.Equal(expected.Length, session.CountExisting(Name.All(expected)));
    }
}
