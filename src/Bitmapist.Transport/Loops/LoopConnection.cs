using System.Diagnostics;
using System.IO.Pipelines;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// A connection served by a loop: a socket, what it has received, and what it has to send. Everything but the ends of
/// <see cref="Input"/> and <see cref="Output"/> that its server holds, <see cref="Ask"/>, <see cref="Abort"/> and
/// <see cref="DisposeAsync"/> is the loop's thread's.
/// </summary>
internal abstract class LoopConnection : TransportConnection
{
    private readonly LoopThread _loop;
    private readonly LoopInput _input;
    private readonly LoopOutput _output;
    private readonly TaskCompletionSource _closed = new();
    private LoopWork _askedHere; // by the loop's thread
    private int _asked; // LoopWork, by other threads

    protected LoopConnection(LoopThread loop, int descriptor)
    {
        _loop = loop;
        Descriptor = descriptor;
        _input = new LoopInput(this, loop.Blocks, loop.Options.InputPauseBytes);
        _output = new LoopOutput(this, loop.Blocks, loop.Options.OutputPauseBytes);
    }

    public override PipeReader Input => _input;

    public override PipeWriter Output => _output;

    /// <summary>Whether the caller is the loop's thread.</summary>
    public bool IsOnLoop => _loop.IsCurrent;

    /// <summary>The socket.</summary>
    public override int Descriptor { get; }

    /// <summary>Its place in the loop's table.</summary>
    public int Slot { get; set; }

    /// <summary>Tells it from earlier connections of the same slot.</summary>
    public uint Generation { get; set; }

    /// <summary>What is to be sent.</summary>
    public LoopOutput Sending => _output;

    /// <summary>More is unread than may be: do not receive.</summary>
    public bool IsPaused => _input.IsPaused;

    /// <summary>Nothing more will be received, or nobody would read it.</summary>
    public bool IsInputEnded => _input.IsEnded;

    /// <summary>To be closed when everything is sent.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Its socket is closed, or about to be: not to be used.</summary>
    public bool IsDown { get; set; }

    public override bool TryAtTurnEnd(ITurnEnd work)
    {
        if (!_loop.IsCurrent) return false;
        _loop.AtTurnEnd(work);
        return true;
    }

    public override bool IsServedAlone => _loop.IsServingOnly(this);

    public override void Abort()
    {
        _output.Drop();
        Ask(LoopWork.Abort);
    }

    public override ValueTask DisposeAsync()
    {
        _output.Complete();
        _input.Complete();
        Ask(LoopWork.Close);
        return new ValueTask(_closed.Task);
    }

    /// <summary>Has the loop's thread do something soon. From any thread.</summary>
    public void Ask(LoopWork work)
    {
        if (_loop.IsCurrent)
        {
            if (_askedHere == LoopWork.None) _loop.Attend(this);
            _askedHere |= work;
        }
        else if (Interlocked.Or(ref _asked, (int)work) == 0)
        {
            _loop.Attend(this);
        }
    }

    /// <summary>What was asked for since the last call.</summary>
    public LoopWork TakeAsked()
    {
        LoopWork asked = _askedHere;
        _askedHere = LoopWork.None;
        return Volatile.Read(ref _asked) == 0 ? asked : asked | (LoopWork)Interlocked.Exchange(ref _asked, 0);
    }

    /// <summary>Takes a copy of what was received. The reader may run before this returns.</summary>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        _loop.Serves(this);
        _input.Append(bytes);
        _input.MustPause();
    }

    /// <summary>After <see cref="LoopWork.Receive"/>: the reader has caught up.</summary>
    public void Resume() => _input.Resume();

    /// <summary>After <see cref="LoopWork.CancelRead"/>.</summary>
    public void CancelRead() => _input.Cancel();

    /// <summary>Nothing more comes: the peer has sent all it had, or the connection broke.</summary>
    public void EndInput(Exception? reason)
    {
        InputEnded?.Invoke();
        _input.End(reason);
    }

    /// <summary>The connection is no more: its socket is closed, and nothing of it is in the kernel's hands.</summary>
    public void Closed()
    {
        Debug.Assert(IsDown, "Taken down before it is closed.");
        _output.Release();
        _closed.TrySetResult();
    }

    /// <summary>The kernel may still use its buffers, but nobody waits for that any more.</summary>
    public void Lost()
    {
        IsDown = true;
        _output.Close();
        _input.End(new IOException("the transport has failed"));
        _closed.TrySetResult();
    }

    /// <summary>What a broken connection's reader is told.</summary>
    public static IOException Broken(int error) => new($"the connection broke: {Errno.Describe(error)}");
}
