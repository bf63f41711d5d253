using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Pipelines.Sockets.Unofficial;

namespace Bitmapist.Transport.Managed;

/// <summary>A connection over .NET's sockets.</summary>
internal sealed class ManagedConnection : TransportConnection
{
    private static readonly TimeSpan s_pollMax = TimeSpan.FromMilliseconds(20);

    private readonly SocketConnection _connection;
    private readonly ManagedInput _input;
    private readonly ManagedOutput _output;
    private readonly TimeSpan _closePatience;
    private readonly Lock _gate = new();
    private Task? _closing;
    private volatile bool _isAborted;

    public ManagedConnection(Socket socket, TransportOptions options)
    {
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.AddressFamily == AddressFamily.Unix ? socket.LocalEndPoint : socket.RemoteEndPoint;
        Descriptor = (int)socket.Handle;
        _closePatience = options.ClosePatience;
        // A receive of no bytes waits for the first, so that a connection that waits holds no buffer.
        const SocketConnectionOptions Ways = SocketConnectionOptions.ZeroLengthReads
            | SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites;
        _connection = SocketConnection.Create(
            socket, Pipe(options.OutputPauseBytes, new SpareBlock()), Pipe(options.InputPauseBytes, pool: null), Ways);
        _input = new ManagedInput(_connection.Input);
        _output = new ManagedOutput(_connection.Output);
    }

    public override int Descriptor { get; }

    public override PipeReader Input => _input;

    public override PipeWriter Output => _output;

    public override void Abort()
    {
        _isAborted = true;
        _input.Abort(); // before its socket is shut, which looks like the end of what the peer sends
        _output.Close();
        _connection.Dispose();
    }

    public override ValueTask DisposeAsync()
    {
        lock (_gate) return new ValueTask(_closing ??= CloseAsync());
    }

    private static PipeOptions Pipe(int pauseBytes, System.Buffers.MemoryPool<byte>? pool) => new(
        pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseBytes, Math.Max(pauseBytes / 2, 1),
        useSynchronizationContext: false);

    private async Task CloseAsync()
    {
        _output.Complete();
        long startedAt = Environment.TickCount64;
        TimeSpan pause = TimeSpan.FromMilliseconds(1);
        // The library does not tell when the last byte is sent, only how many were.
        while (!_isAborted && !_output.IsClosed && !IsBroken && _connection.BytesSent < _output.FlushedBytes
            && Environment.TickCount64 - startedAt < _closePatience.TotalMilliseconds)
        {
            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause + pause < s_pollMax ? pause + pause : s_pollMax;
        }

        _input.Complete();
        _connection.Dispose();
    }

    private bool IsBroken => _connection.ShutdownKind is PipeShutdownKind.ReadSocketError
        or PipeShutdownKind.WriteSocketError or PipeShutdownKind.WriteException or PipeShutdownKind.WriteIOException
        or PipeShutdownKind.WriteDisposed;
}
