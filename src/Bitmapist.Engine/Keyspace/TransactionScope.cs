namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The shards of a transaction, held until disposal; its effects become one log record. Without <see cref="Complete"/>
/// everything is taken back, so that no exception leaves a part of it.
/// </summary>
public readonly ref struct TransactionScope(Session session, ulong shards)
{
    /// <summary>The transaction has come to its end.</summary>
    public void Complete() => session.CompleteTransaction();

    public void Dispose() => session.EndTransaction(shards);
}
