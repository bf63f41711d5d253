namespace Bitmapist.Client.Connections;

/// <summary>Why a socket's life ended.</summary>
/// <param name="Reason">In words, as the end of a sentence: "the server closed it".</param>
/// <param name="IsViolation">Whether the server sent what is no reply; its requests are then not repeated.</param>
/// <param name="Cause">The exception behind it, if there was one.</param>
internal sealed record LinkFailure(string Reason, bool IsViolation = false, Exception? Cause = null)
{
    /// <summary>The end that <see cref="IAsyncDisposable.DisposeAsync"/> makes.</summary>
    public static readonly LinkFailure ByThisClient = new("it was closed by this client");

    /// <summary>What a batch that awaited replies fails with.</summary>
    public BitmapistException ToException(PendingBatch batch, string address)
    {
        string request = batch.Describe();
        if (IsViolation)
        {
            return new ProtocolViolationException(
                $"{address} sent what is no reply to {request}: {Reason}. The connection was closed and is made anew; "
                + "check that a Redis server listens there, and on this port.", Cause);
        }

        string advice = batch.IsRepeatable
            ? $"It was sent {batch.Attempts} times, and the connection was lost each time; see the server's log."
            : "It may have taken effect; ask the server before repeating it.";
        return new ConnectionLostException(
            $"The connection to {address} was lost while {request} awaited a reply: {Reason}. {advice}", Cause);
    }
}
