using Bitmapist.Engine;
using Bitmapist.Resp.Writing;
using Bitmapist.Roaring;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>Where the ids of a reply come from: computed once, on any thread.</summary>
/// <param name="Cost">See <see cref="DeferredReply.Cost"/>.</param>
/// <param name="IdsMax">How many there are at most.</param>
/// <param name="Make">Makes them.</param>
/// <param name="PrepareAsync">See <see cref="DeferredReply.Preparation"/>.</param>
internal readonly record struct IdSource(
    long Cost, long IdsMax, Func<ReadOnlyBitmap> Make, Func<BackgroundThreads, Task?> PrepareAsync);

/// <summary>Which ids of a set a reply has.</summary>
/// <param name="From">The smallest; or, where <paramref name="IsByRank"/>, how many smaller ones are left out.</param>
/// <param name="IdsMax">How many at most.</param>
/// <param name="IsByRank">What <paramref name="From"/> counts.</param>
/// <param name="HasCursor">Before the ids comes the id to go on from, 0 when there is none.</param>
internal readonly record struct IdWindow(long From, long IdsMax, bool IsByRank = false, bool HasCursor = false);

/// <summary>Ids as an array of integers, ascending, made piece by piece from the frozen set.</summary>
internal sealed class IdsReply(IdSource source, Func<long, IdWindow> windowOf) : DeferredReply
{
    private const int IdBytes = 13; // : and up to ten digits and a line's end
    private const int IdsAtOnce = 4096;

    private const long HeldBytesMax = 16 * 1024; // a set may be a key's own, which is in memory anyway

    private IdSource? _source = source;
    private ReadOnlyBitmap? _ids;
    private bool _isBegun;
    private long _next;
    private long _left = source.IdsMax;
    private long _cursor;
    private bool _hasCursor;

    public override long Cost { get; } = source.Cost;

    public override long LengthBytes => _left * IdBytes;

    public override long HeldBytes => Math.Min(HeldBytesMax, (_ids as FrozenBitmap)?.MemoryBytes ?? 0);

    public override bool IsForItselfAlone => true;

    public override Task? Preparation(BackgroundThreads workers) =>
        _source?.PrepareAsync(workers);

    protected override void Compute()
    {
        _ids = _source!.Value.Make();
        _source = null;
        IdWindow window = windowOf(_ids.Cardinality);
        _hasCursor = window.HasCursor;
        _left = 0;
        long rank = window.IsByRank ? window.From : _ids.CountRange(0, window.From);
        if (window.IdsMax <= 0 || !_ids.TrySelect(rank, out uint first)) return;
        _next = first;
        _left = Math.Min(window.IdsMax, _ids.Cardinality - rank);
        if (_hasCursor && _ids.TrySelect(rank + _left, out uint behind)) _cursor = behind;
    }

    protected override bool WritePiece(RespWriter reply)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            if (_hasCursor)
            {
                reply.WriteArrayHeader(2);
                reply.WriteBulkInteger(_cursor);
            }

            reply.WriteArrayHeader(_left);
        }

        Span<uint> ids = stackalloc uint[IdsAtOnce];
        for (int written = 0; _left > 0 && written < ServerLimits.StreamPieceBytes / IdBytes;)
        {
            int count = _ids!.CopyIdsTo(_next, ids[..(int)Math.Min(_left, ids.Length)]);
            foreach (uint id in ids[..count]) reply.WriteInteger(id);
            _next = ids[count - 1] + 1L;
            _left -= count;
            written += count;
        }

        if (_left == 0) _ids = null;
        return _left > 0;
    }
}
