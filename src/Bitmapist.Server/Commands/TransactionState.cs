using System.Buffers;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands;

/// <summary>The commands queued between MULTI and EXEC; a connection's is used again for its next one.</summary>
internal sealed class TransactionState
{
    private const int CommandBytes = 64; // what a queued command, and an argument of it, cost beside their bytes
    private const int ArgumentBytes = 32;
    private readonly List<(CommandSpec Spec, ArgumentList Args)> _commands = [];
    private readonly ArgumentStore _arguments = new();
    private long _bytes;
    private bool _hasBitOp;
    private bool _writesBitsAfterBitOp;

    public IReadOnlyList<(CommandSpec Spec, ArgumentList Args)> Commands => _commands;

    /// <summary>Where the commands' replies go until EXEC has run them all.</summary>
    public ArrayBufferWriter<byte> Replies { get; } = new();

    /// <summary>A command was refused when it was queued; EXEC will discard all.</summary>
    public bool IsFailed { get; private set; }

    public void MarkFailed() => IsFailed = true;

    /// <summary>Bytes that what is queued occupies, about. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Some queued command writes.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Queues a copy of a call; false when the transaction would grow beyond its limit.</summary>
    public bool TryQueue(CommandSpec spec, ArgumentList args)
    {
        _bytes += args.TotalBytes + CommandBytes + (ArgumentBytes * args.Count);
        if (_bytes > ServerLimits.TransactionBytes) return false;
        _commands.Add((spec, _arguments.Add(args)));
        IsWriting |= spec.Is(CommandFlags.Write);
        _hasBitOp |= spec.Is(CommandFlags.LeavesBits);
        _writesBitsAfterBitOp |= _hasBitOp && spec.Is(CommandFlags.NeedsBits);
        return true;
    }

    /// <summary>It holds so little memory that it may be kept for the connection's next transaction.</summary>
    public bool IsSmall => Math.Max(_bytes, Replies.Capacity) <= ServerLimits.TransactionBytesKept;

    /// <summary>Begins anew, with nothing queued.</summary>
    public void Clear()
    {
        _commands.Clear();
        _arguments.Clear();
        Replies.ResetWrittenCount();
        _bytes = 0;
        _hasBitOp = _writesBitsAfterBitOp = IsWriting = IsFailed = false;
    }

    /// <summary>
    /// EXEC will take long under its shards: by its size, or because a SETBIT may need the result of a BITOP before it.
    /// </summary>
    public bool IsLong =>
        _commands.Count > ServerLimits.InlineArguments || _bytes > ServerLimits.InlineRequestBytes
        || _writesBitsAfterBitOp;

    /// <summary>The shards that EXEC must hold: those of every queued command's keys.</summary>
    public ulong Shards()
    {
        ulong shards = 0;
        foreach ((CommandSpec spec, ArgumentList args) in _commands)
        {
            if (spec.Is(CommandFlags.WholeKeyspace)) return KeyspaceStore.AllShards;
            foreach (int key in spec.Keys.In(args.Count)) shards |= Session.ShardsOf(args[key]);
        }

        return shards;
    }
}
