using System.Buffers.Text;
using System.Globalization;
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

    /// <summary>SETRANGE, or APPEND without an offset.</summary>
    public void Write(string name, int? offset, byte[] bytes)
    {
        BytesEdit edit = new(session, Name.Bytes(name), offset, bytes);
        edit.Run();
        Assert.Equal(model.Write(Database, name, offset, bytes), edit.LengthBytes);
    }

    /// <summary>BITFIELD of an unsigned number.</summary>
    public void AddInField(string name, int offset, int bits, long increment)
    {
        BitfieldType type = new(IsSigned: false, bits);
        BitfieldEdit edit = new(session, Name.Bytes(name),
            [new BitfieldStep(BitfieldVerb.Increment, type, offset, increment, BitfieldOverflow.Wrap)]);
        edit.Run();
        Assert.Equal(model.AddInField(Database, name, offset, bits, increment), edit.Results[0]);
    }

    public void Increment(string name, int increment)
    {
        IntegerIncrement edit = new(session, Name.Bytes(name), increment, TryParse);
        edit.Run();
        long? sum = edit.Outcome == IncrementOutcome.Stored ? edit.Sum : null;
        Assert.Equal(model.Increment(Database, name, increment), sum);
    }

    public void GetAndDelete(string name)
    {
        byte[]? before = model.Find(Database, name)?.Bytes;
        model.Delete(Database, [name]);
        bool exists = session.GetAndDelete(Name.Bytes(name), out StringValue value);
        Assert.Equal(before, exists ? KeyspaceState.Bytes(value) : null);
    }

    public void GetAndExpire(string name, long expiresAt)
    {
        byte[]? before = model.Find(Database, name)?.Bytes;
        if (expiresAt == StringVerbs.NoExpiry) model.Persist(Database, name);
        else model.ExpireAt(Database, name, expiresAt, ExpireCondition.None);
        bool exists = session.GetAndExpire(Name.Bytes(name), expiresAt, out StringValue value);
        Assert.Equal(before, exists ? KeyspaceState.Bytes(value) : null);
    }

    public void SetMany(SetCondition condition, params (string Name, byte[] Bytes)[] pairs)
    {
        ReadOnlyMemory<byte>[] arguments =
            [.. pairs.SelectMany(pair => new ReadOnlyMemory<byte>[] { Name.Bytes(pair.Name), pair.Bytes })];
        Assert.Equal(model.SetMany(Database, pairs, condition), session.SetMany(arguments, condition));
        StringValue?[] values = session.GetMany(Name.All([.. pairs.Select(pair => pair.Name)]));
        // Read before they are compared: what is thrown by reading is not the comparison's.
        List<byte[]?> read = [.. values.Select(value => value is { } found ? KeyspaceState.Bytes(found) : null)];
        Assert.Equal(pairs.Select(pair => model.Find(Database, pair.Name)?.Bytes), read);
    }

    public void Move(string name, int toDatabase) =>
        Assert.Equal(model.Move(Database, name, toDatabase), session.Move(Name.Bytes(name), toDatabase));

    public void Restore(string name, byte[] bytes, long expiresAt)
    {
        model.Restore(Database, name, bytes, expiresAt);
        Assert.True(session.Restore(
            Name.Bytes(name), StringValue.Of(bytes), expiresAt, SetCondition.Always, idleSeconds: 0));
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out long number) =>
        Utf8Parser.TryParse(text, out number, out int count) && count == text.Length
        && Name.Text(text) == number.ToString(CultureInfo.InvariantCulture);

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

    public void Swap(int one, int other)
    {
        model.Swap(one, other);
        session.Swap(one, other);
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
        List<string> names = [.. session.Names([]).Read().Select(name => Name.Text(name)).Order()];
        Assert.Equal(expected, names);
        List<byte[]> scanned = [];
        ulong cursor = 0;
        do cursor = session.Scan(cursor, [], scanCount, scanned);
        while (cursor != 0);
        Assert.Equal(expected, scanned.Select(name => Name.Text(name)).Order());
        long expiring = model.Keys.Count(key => key.Key.Database == Database && key.Value.ExpiresAt != 0);
        Assert.Equal(expected.Length, session.CountKeys());
        DatabaseCounts counts = session.CountByDatabase().SingleOrDefault(counts => counts.Database == Database);
        Assert.Equal((expected.Length, expiring), (counts.Keys, counts.Expiring));
        // What had expired is gone by now, so nothing is counted that is not there.
        counts = session.CountAsStored().SingleOrDefault(counts => counts.Database == Database);
        Assert.Equal((expected.Length, expiring), (counts.Keys, counts.Expiring));
        byte[]? some = session.RandomKey();
        if (some is null) Assert.Empty(expected);
        else Assert.Contains(Name.Text(some), expected);
        Assert.Equal(expected.Length, session.CountExisting(Name.All(expected)));
    }
}
