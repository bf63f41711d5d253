namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Shards held by a session until disposal, which first hands the session's effects to the log: so the log's order is
/// an order in which the commands could have run one after another. Before that it takes back what a verb did that was
/// not sealed. Within a transaction (no shards given) it does only the latter.
/// </summary>
internal readonly ref struct ShardScope(Session session, ulong shards)
{
    public void Dispose() => session.Leave(shards);
}

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
