namespace Bitmapist.Engine.Keyspace;

/// <summary>The shards of a transaction, held until disposal; its effects become one log record.</summary>
public readonly ref struct TransactionScope(Session session, ulong shards)
{
    public void Dispose() => session.EndTransaction(shards);
}
