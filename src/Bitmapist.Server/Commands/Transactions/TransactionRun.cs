using System.Buffers;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Connection;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands.Transactions;

/// <summary>
/// An EXEC: holds the shards of every queued command's keys, runs all, releases them, and only then does what the
/// commands left to be done on frozen values. What must be read from the database file for them is read first, without
/// a shard.
/// </summary>
internal sealed class TransactionRun(CommandContext call, TransactionState transaction) : DeferredReply
{
    // What was read may have changed when the shards are held again; but not for ever.
    private const int ReadsMax = 4;

    private readonly TransactionReplies _replies = new(transaction.Replies);
    private readonly int _commandCount = transaction.Commands.Count;
    private TransactionReads? _reads = new(call.Session, transaction); // both dropped when it is over
    private TransactionState? _transaction = transaction;
    private long _allocatedBytes;
    private bool _hasBegun;
    private bool _isOver;
    private bool _isWatchBroken;

    /// <summary>Nothing is left to be done, and the replies are short.</summary>
    public bool IsPlain => _replies.IsPlain;

    /// <remarks>
    /// While the commands have not run it is unknown what they will leave, so it is never little enough to be done at
    /// once.
    /// </remarks>
    public override long Cost => _isOver ? _replies.Cost : ServerLimits.InlineChunks + 1;

    public override long LengthBytes => _isOver ? _replies.LengthBytes : long.MaxValue;

    /// <remarks>
    /// What the replies hold was allocated while the commands ran, or what they left was done: bytes written, lists of
    /// names, values that were read, chunks of bitmaps that changed after an earlier command's reply had frozen them.
    /// </remarks>
    public override long HeldBytes => _allocatedBytes;

    /// <summary>Runs the commands, unless something is to be read first.</summary>
    public bool TryRun() => TryRun(isReadingDone: false);

    protected override void Compute()
    {
        for (int reads = 1; !_isOver; reads++)
        {
            try
            {
                _reads!.Read();
            }
            catch (DiskReadException)
            {
                reads = ReadsMax; // the command that needs it will say so, and the others run
            }

            TryRun(isReadingDone: reads >= ReadsMax);
        }

        FinishReplies();
    }

    protected override bool WritePiece(RespWriter reply)
    {
        if (_isWatchBroken) reply.WriteNullArray();
        else if (!_hasBegun) reply.WriteArrayHeader(_commandCount);
        _hasBegun = true;
        return !_isWatchBroken && _replies.WriteNext(reply);
    }

    protected override void Recycle() => call.Reuse(_transaction);

    private void FinishReplies()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _replies.Finish(call.Server, MustCutOff);
        _allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private bool TryRun(bool isReadingDone)
    {
        bool isWaiting = false;
        try
        {
            using TransactionScope scope = call.Session.BeginTransaction(_transaction!.Shards());
            _isWatchBroken = call.Session.IsWatchBroken;
            isWaiting = !_isWatchBroken && !isReadingDone && !_reads!.AreDone();
            if (!_isWatchBroken && !isWaiting) RunQueued(_transaction.Commands);
            scope.Complete(); // an exception takes back all of it
        }
        finally
        {
            if (!isWaiting) call.Session.Unwatch();
        }

        _isOver = !isWaiting;
        if (!_isOver) return false;
        _reads = null;
        if (!_transaction.IsSmall) _transaction = null; // replies may wait for long
        return true;
    }

    /// <summary>
    /// Whether the client will not see any more replies; the commands take effect all the same.
    /// </summary>
    /// <param name="heldBytes">What the replies hold so far.</param>
    private bool MustCutOff(long heldBytes)
    {
        long bytesMax = call.Server.TransactionReplyBytesMax;
        if (call.Server.ClientMemory.BytesMax is > 0 and var all) bytesMax = Math.Min(bytesMax, all);
        if (heldBytes > bytesMax) call.Server.ClientMemory.CutOffForReplies(call.Client, bytesMax);
        return call.Client.IsCutOff;
    }

    private void RunQueued(IReadOnlyList<(CommandSpec Spec, ArgumentList Args)> commands)
    {
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        IBufferWriter<byte>? nowhere = null;
        call.IsInTransaction = true;
        for (int i = 0; i < commands.Count; i++)
        {
            (CommandSpec spec, ArgumentList args) = commands[i];
            call.Args = args;
            call.Prepared = _reads!.BitOpAt(i);
            RespVersion version = call.Client.Version;
            var reply = new RespWriter(nowhere ?? _replies.Writer, version);
            if (call.Client.IsUnrestricted || AccessGate.TryAdmitQueued(call, reply, spec)) call.Run(spec, reply);
            _replies.EndReply(call.TakeDeferred(), version);
            if (nowhere is null && MustCutOff(_replies.WrittenBytes)) nowhere = new NowhereWriter();
        }

        _replies.End();
        call.Args = default;
        call.Prepared = null;
        call.IsInTransaction = false;
        call.IsFailed = false; // EXEC itself has not
        if (!IsPlain) _allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
    }
}

/// <summary>Takes what will not be read. One thread at a time.</summary>
internal sealed class NowhereWriter : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[ServerLimits.StreamPieceBytes];

    public void Advance(int count)
    {
        // The next bytes go over these.
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (sizeHint > _bytes.Length) _bytes = new byte[sizeHint];
        return _bytes;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
