using System.IO.Pipelines;
using System.Net.Security;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tls;

/// <summary>
/// A connection inside another's TLS: the same contract, so that its server does not know. The outer connection
/// stays its maker's; what was flushed here is sent before <see cref="DisposeAsync"/> completes.
/// </summary>
public sealed class TlsConnection : TransportConnection
{
    private readonly TransportConnection _outer;
    private readonly SslStream _stream;

    private TlsConnection(TransportConnection outer, SslStream stream)
    {
        _outer = outer;
        _stream = stream;
        RemoteEndPoint = outer.RemoteEndPoint;
        LocalEndPoint = outer.LocalEndPoint;
        // Zero-byte reads: an idle connection holds no buffer of plain bytes.
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(
            bufferSize: TransportLimits.BlockBytes, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(
            minimumBufferSize: TransportLimits.BlockBytes, leaveOpen: true));
    }

    public override Action? InputEnded
    {
        get => _outer.InputEnded;
        set => _outer.InputEnded = value;
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    /// <summary>Shakes hands with a client.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The client and the server do not agree.
    /// </exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">It took longer than the caller would wait.</exception>
    public static async Task<TlsConnection> AcceptAsync(
        TransportConnection outer, SslServerAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var pipes = new DuplexPipeStream(outer.Input, outer.Output) { LeavesThread = true };
        var stream = new SslStream(pipes, leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            pipes.LeavesThread = false;
            return new TlsConnection(outer, stream);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override void Abort() => _outer.Abort();

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync().ConfigureAwait(false);
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
            await _stream.ShutdownAsync().ConfigureAwait(false); // so that the peer can tell the end from a cut
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            // It has gone.
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }
}
