using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Bitmapist.Transport.Linux;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// A connection served by a loop: a socket, the pipe of what it received, and what it has to send. Everything but the
/// pipes' other ends, <see cref="Ask"/>, <see cref="Abort"/> and <see cref="DisposeAsync"/> is the loop's thread's.
/// </summary>
internal abstract class LoopConnection : TransportConnection
{
    private readonly LoopThread _loop;
    private readonly Pipe _input;
    private readonly LoopOutput _output;
    private readonly Action _askToReceive;
    private readonly TaskCompletionSource _closed = new();
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _pausedFlush;
    private bool _hasUnpublished;
    private int _asked; // LoopWork, exchanged atomically

    protected LoopConnection(LoopThread loop, int descriptor)
    {
        _loop = loop;
        Descriptor = descriptor;
        TransportOptions options = loop.Options;
        // Inline: what reads runs on the loop's thread when bytes come; the loop is only asked when bytes are consumed.
        _input = new Pipe(new PipeOptions(
            loop.Blocks, PipeScheduler.Inline, PipeScheduler.Inline, options.InputPauseBytes,
            Math.Max(options.InputPauseBytes / 2, 1), Limits.BlockBytes, useSynchronizationContext: false));
        _output = new LoopOutput(this, loop.Blocks, options.OutputPauseBytes);
        _askToReceive = () => Ask(LoopWork.Receive);
    }

    public override PipeReader Input => _input.Reader;

    public override PipeWriter Output => _output;

    /// <summary>The socket.</summary>
    public int Descriptor { get; }

    /// <summary>Its place in the loop's table.</summary>
    public int Slot { get; set; }

    /// <summary>Tells it from earlier connections of the same slot.</summary>
    public uint Generation { get; set; }

    /// <summary>What is to be sent.</summary>
    public LoopOutput Sending => _output;

    /// <summary>More is unread than may be: do not receive.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Nothing more will be received, or nobody would read it.</summary>
    public bool IsInputEnded { get; private set; }

    /// <summary>To be closed when everything is sent.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Its socket is closed, or about to be: not to be used.</summary>
    public bool IsDown { get; set; }

    /// <summary>Where the next bytes are to be received to.</summary>
    public Memory<byte> InputMemory => _input.Writer.GetMemory(Limits.BlockBytes / 4);

    public override void Abort() => Ask(LoopWork.Abort);

    public override ValueTask DisposeAsync()
    {
        _output.Complete();
        _input.Reader.Complete();
        Ask(LoopWork.Close);
        return new ValueTask(_closed.Task);
    }

    /// <summary>Has the loop's thread do something soon. From any thread.</summary>
    public void Ask(LoopWork work)
    {
        if (Interlocked.Or(ref _asked, (int)work) == 0) _loop.Attend(this);
    }

    /// <summary>What was asked for since the last call.</summary>
    public LoopWork TakeAsked() => (LoopWork)Interlocked.Exchange(ref _asked, 0);

    /// <summary>So many bytes were put into <see cref="InputMemory"/>. The reader may run before this returns.</summary>
    public void Received(int bytes)
    {
        _input.Writer.Advance(bytes);
        Publish();
    }

    /// <summary>Takes a copy of what was received. The reader may run before this returns.</summary>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        if (IsInputEnded) return;
        _input.Writer.Write(bytes);
        if (IsPaused) _hasUnpublished = true; // a receive in flight when the pause began
        else Publish();
    }

    /// <summary>After <see cref="LoopWork.Receive"/>: notes that the reader has caught up.</summary>
    public void Resume()
    {
        if (!IsPaused) return;
        IsPaused = false;
        Note(_pausedFlush.GetResult());
        if (!_hasUnpublished || IsInputEnded) return;
        _hasUnpublished = false;
        Publish();
    }

    /// <summary>Nothing more comes: the peer has sent all it had, or the connection broke.</summary>
    public void EndInput(Exception? reason)
    {
        if (IsInputEnded) return;
        IsInputEnded = true;
        _input.Writer.Complete(reason);
    }

    /// <summary>The connection is no more: its socket is closed, and nothing of it is in the kernel's hands.</summary>
    public void Closed()
    {
        Debug.Assert(IsDown, "Taken down before it is closed.");
        _output.Release();
        _closed.TrySetResult();
    }

    /// <summary>The kernel may still use its buffers, but nobody waits for that any more.</summary>
    public void Lost() => _closed.TrySetResult();

    /// <summary>What a broken connection's reader is told.</summary>
    public static IOException Broken(int error) => new($"the connection broke: {Errno.Describe(error)}");

    private void Publish()
    {
        ValueTask<FlushResult> flush = _input.Writer.FlushAsync();
        if (flush.IsCompletedSuccessfully)
        {
            Note(flush.Result);
            return;
        }

        IsPaused = true;
        _pausedFlush = flush.ConfigureAwait(false).GetAwaiter();
        _pausedFlush.UnsafeOnCompleted(_askToReceive);
    }

    private void Note(FlushResult flushed)
    {
        if (flushed.IsCompleted) EndInput(null); // nobody reads any more
    }
}
