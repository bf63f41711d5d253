using Bitmapist.Engine.Saving;
using Bitmapist.Server.Commands;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Connections;

/// <summary>
/// When a connection's replies leave: after the log has accepted what they acknowledge or show, and, where a loop
/// serves the connection, at the end of the loop's turn, so that a single write of the log serves all clients of it.
/// Used by the connection's thread; <see cref="ITurnEnd.EndTurn"/> is the loop's, while the connection's code waits for
/// further requests or has ended.
/// </summary>
/// <param name="call">The connection's calls, and its session.</param>
/// <param name="output">Where replies go.</param>
/// <param name="persistence">The log; null: there is none.</param>
/// <param name="wakeReader">Ends a pending read of requests; from any thread.</param>
/// <param name="carrier">Knows the end of the loop's turn; null: there is no loop.</param>
internal sealed class ReplySender(
    CommandContext call, OutboundQueue output, PersistentKeyspace? persistence, Action wakeReader,
    TransportConnection? carrier) : ITurnEnd
{
    private Task? _sending; // replies wait for the log, and go then

    /// <summary>Replies are written, and wait for the end of the loop's turn.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Sends the replies so far, at the end of the loop's turn if they must wait for the log.</summary>
    public ValueTask SendAsync()
    {
        if (IsHeld) return default;
        if (persistence is not null && !persistence.TryCommit(call.Session))
        {
            if (carrier is null || !carrier.TryAtTurnEnd(this)) return SendNowAsync();
            IsHeld = true;
            return default;
        }

        call.Session.ReleaseFiles(); // what is deferred is computed before anything is sent
        output.Flush();
        return default;
    }

    /// <summary>Sends the replies so far as soon as the log has accepted what they acknowledge.</summary>
    public async ValueTask SendNowAsync()
    {
        IsHeld = false;
        if (call.Deferred is null) call.Session.ReleaseFiles(); // else what it is to be made of may be in one
        await CommitAsync().ConfigureAwait(false);
        output.Flush();
    }

    /// <summary>
    /// Group commit: has the log accept everything applied so far, by any client, so that a reply neither acknowledges
    /// nor shows what a crash could still take back. Once the log has failed, only a client that wrote something is
    /// left without replies.
    /// </summary>
    public ValueTask CommitAsync() => persistence?.CommitAsync(call.Session) ?? default;

    /// <summary>
    /// Waits for replies of an earlier turn that wait for the log; throws what kept them from being sent.
    /// </summary>
    public ValueTask WaitAsync() => _sending is { } sending ? WaitAsync(sending) : default;

    /// <summary>Nothing more is sent: what is held acknowledges nothing. Completes when nothing is under way.</summary>
    public async ValueTask DropAsync()
    {
        IsHeld = false;
        if (_sending is { } sending) await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void ITurnEnd.EndTurn()
    {
        if (!IsHeld) return;
        ValueTask sending = SendNowAsync();
        if (sending.IsCompletedSuccessfully) return;
        _sending = sending.AsTask();
        _ = TellReaderAsync(_sending);
    }

    /// <summary>A client that waits for its reply sends nothing, and so would not see that none comes.</summary>
    private async Task TellReaderAsync(Task sending)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!sending.IsCompletedSuccessfully) wakeReader();
    }

    private async ValueTask WaitAsync(Task sending)
    {
        await sending.ConfigureAwait(false);
        _sending = null;
    }
}
