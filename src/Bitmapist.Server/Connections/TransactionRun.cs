using System.Buffers;
using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Connections;

/// <summary>
/// An EXEC: holds the shards of every queued command's keys, runs all, lets go, and only then does what the commands
/// left to be done on frozen values. What must be read from the database file for them is read first, without a shard.
/// </summary>
internal sealed class TransactionRun(CommandContext call, TransactionState transaction) : DeferredReply
{
    // What was read may have changed when the shards are held again; but not for ever.
    private const int ReadsMax = 4;

    private readonly TransactionReads _reads = new(call.Session, transaction);
    private readonly ArrayBufferWriter<byte> _written = transaction.Replies;
    private List<(int At, DeferredReply Reply)>? _deferred;
    private bool _isOver;
    private bool _isWatchBroken;
    private int _next;
    private int _from;

    /// <summary>Commands left something to be done outside the shards.</summary>
    public bool HasDeferred => _deferred is not null;

    /// <remarks>
    /// While the commands have not run nobody knows what they will leave, so it is never little enough to be done at
    /// once: only who awaits the reply streams it.
    /// </remarks>
    public override long Cost => _isOver ? _deferred?.Sum(left => left.Reply.Cost) ?? 0 : Limits.InlineChunks + 1;

    public override bool IsStreamed => _deferred?.Exists(left => left.Reply.IsStreamed) ?? false;

    /// <summary>Runs the commands, unless something is to be read first.</summary>
    public bool TryRun() => TryRun(isReadingDone: false);

    protected override void Compute()
    {
        for (int reads = 1; !_isOver; reads++)
        {
            try
            {
                _reads.Read();
            }
            catch (ColdReadException)
            {
                reads = ReadsMax; // the command that needs it will say so, and the others run
            }

            TryRun(isReadingDone: reads >= ReadsMax);
        }

        foreach ((_, DeferredReply left) in _deferred ?? []) left.Finish();
    }

    protected override bool WritePart(RespWriter reply, out StringSlice? body)
    {
        body = null;
        if (_isWatchBroken)
        {
            reply.WriteNullArray();
            call.Client.Reuse(transaction);
            return false;
        }

        if (_next == 0) reply.WriteArrayHeader(transaction.Commands.Count);
        while (_next < (_deferred?.Count ?? 0))
        {
            (int at, DeferredReply left) = _deferred![_next++];
            reply.WriteRaw(_written.WrittenSpan[_from..at]);
            _from = at;
            left.WriteNext(reply, out body);
            if (body is not null) return true;
        }

        reply.WriteRaw(_written.WrittenSpan[_from..]);
        call.Client.Reuse(transaction);
        return false;
    }

    protected override void Write(RespWriter reply)
    {
        while (WritePart(reply, out StringSlice? body)) Debug.Assert(body is null, "Streamed replies go by parts.");
    }

    private bool TryRun(bool isReadingDone)
    {
        bool isWaiting = false;
        try
        {
            using TransactionScope scope = call.Session.BeginTransaction(transaction.Shards());
            _isWatchBroken = call.Session.IsWatchBroken;
            isWaiting = !_isWatchBroken && !isReadingDone && !_reads.AreDone();
            if (!_isWatchBroken && !isWaiting) RunQueued();
            scope.Complete(); // an exception takes back all of it
        }
        finally
        {
            if (!isWaiting) call.Session.Unwatch();
        }

        _isOver = !isWaiting;
        return _isOver;
    }

    private void RunQueued()
    {
        call.IsInTransaction = true;
        for (int i = 0; i < transaction.Commands.Count; i++)
        {
            (CommandSpec spec, ArgumentList args) = transaction.Commands[i];
            call.Args = args;
            call.Prepared = _reads.BitOpAt(i);
            CommandDispatcher.Run(call, spec, new RespWriter(_written, call.Client.Version));
            if (call.TakeDeferred() is { } left) (_deferred ??= []).Add((_written.WrittenCount, left));
        }

        call.Prepared = null;
        call.IsInTransaction = false;
        call.IsFailed = false; // EXEC itself has not
    }
}
