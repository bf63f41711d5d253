using System.Buffers;
using System.Net.Sockets;
using Bitmapist.Engine.Bits;
using Bitmapist.Resp;
using Bitmapist.Resp.Replies;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

/// <summary>
/// A connection to the server that is copied from. Requests collect until they are sent; replies are read one by one,
/// long strings and arrays without holding them whole. One reader and writer at a time.
/// </summary>
internal sealed class SourceConnection : IDisposable
{
    private const int WindowBytes = 64 * 1024;

    /// <summary>A longer name, which could not be a key here by far, ends the copy.</summary>
    private const int NameBytesMax = 1024 * 1024;

    /// <summary>What a page of SCAN may take, or another reply that is held whole.</summary>
    private const int ReplyBytesMax = 64 * 1024 * 1024;
    private const int ReplyElementsMax = 1024 * 1024;

    private readonly TcpClient _client;
    private readonly Stream _stream;

    // What a source sends whole is names, pages of them, numbers and errors; strings come by windows.
    private readonly ReplyReader _reader = new()
    {
        BulkBytesMax = NameBytesMax, ElementsMax = ReplyElementsMax,
    };

    private readonly ArrayBufferWriter<byte> _requests = new();
    private readonly byte[] _window = new byte[WindowBytes];
    private int _start;
    private int _end;

    private SourceConnection(TcpClient client, Stream stream, string address)
    {
        _client = client;
        _stream = stream;
        Address = address;
    }

    /// <summary>The source's address as given.</summary>
    public string Address { get; }

    /// <summary>Bytes of the requests not yet sent.</summary>
    public int UnsentBytes => _requests.WrittenCount;

    /// <summary>Connects, authenticates and selects the database, as the options ask.</summary>
    /// <exception cref="SourceException">The source refuses or does not answer.</exception>
    public static async Task<SourceConnection> OpenAsync(SlurpOptions options, CancellationToken cancellation)
    {
        RequireOneLine(options);
        (TcpClient client, Stream stream) =
            await SourceConnector.ConnectAsync(options, cancellation).ConfigureAwait(false);
        var connection = new SourceConnection(client, stream, options.Address);
        try
        {
            if (options.Password is { } password)
            {
                if (options.User is { } user) connection.Add("AUTH"u8, Utf8(user), password);
                else connection.Add("AUTH"u8, password);
                await connection.RequireOkAsync("AUTH", cancellation).ConfigureAwait(false);
            }

            if (options.SourceDatabase != 0)
            {
                connection.Add("SELECT"u8, Utf8($"{options.SourceDatabase}"));
                await connection.RequireOkAsync("SELECT", cancellation).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Adds a request to those to be sent.</summary>
    public void Add(ReadOnlySpan<byte> command, params ReadOnlySpan<ReadOnlyMemory<byte>> arguments)
    {
        RequestWriter.WriteHeader(_requests, 1 + arguments.Length);
        RequestWriter.WriteArgument(_requests, command);
        foreach (ReadOnlyMemory<byte> argument in arguments) RequestWriter.WriteArgument(_requests, argument.Span);
    }

    /// <summary>Sends what was added.</summary>
    public async ValueTask SendAsync(CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> requests = _requests.WrittenMemory;
        await WithinTimeoutAsync(
            async timeout =>
            {
                await _stream.WriteAsync(requests, timeout).ConfigureAwait(false);
                return 0;
            },
            cancellation).ConfigureAwait(false);
        _requests.ResetWrittenCount();
    }

    /// <summary>Sends what was added, one request, and reads its reply.</summary>
    public async ValueTask<Reply> AskAsync(CancellationToken cancellation)
    {
        await SendAsync(cancellation).ConfigureAwait(false);
        return await ReceiveAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads the next reply whole; an error is a reply, too.</summary>
    public async ValueTask<Reply> ReceiveAsync(CancellationToken cancellation)
    {
        long bytes = 0;
        while (true)
        {
            if (_start == _end) await FillAsync(cancellation).ConfigureAwait(false);
            ReplyStatus status = _reader.Read(_window.AsSpan(_start, _end - _start), out int consumedBytes);
            _start += consumedBytes;
            bytes += consumedBytes;
            if (bytes > ReplyBytesMax) throw Broken("too long reply");
            if (status == ReplyStatus.Complete) return _reader.Reply;
            if (status == ReplyStatus.Invalid) throw Broken(_reader.Error);
        }
    }

    /// <summary>
    /// Reads the head of an array; its elements are read next, one by one. Whatever else comes is returned as a reply.
    /// </summary>
    public async ValueTask<(long Count, Reply? Other)> ReceiveArrayHeadAsync(CancellationToken cancellation)
    {
        long count = await ReceiveLengthAsync((byte)'*', cancellation).ConfigureAwait(false);
        return count >= 0 ? (count, null) : (0, await ReceiveAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>
    /// Reads a bulk string into <paramref name="value"/>, a window at a time. What else comes is returned: null for a
    /// string, else the error or the null reply.
    /// </summary>
    public async ValueTask<Reply?> ReceiveStringAsync(StringAssembler value, CancellationToken cancellation)
    {
        long lengthBytes = await ReceiveLengthAsync((byte)'$', cancellation).ConfigureAwait(false);
        if (lengthBytes < 0) return await ReceiveAsync(cancellation).ConfigureAwait(false);
        if (lengthBytes > Engine.EngineLimits.StringBytes - value.LengthBytes) throw Broken("too long bulk string");
        for (long left = lengthBytes; left > 0;)
        {
            if (_start == _end) await FillAsync(cancellation).ConfigureAwait(false);
            int taken = (int)Math.Min(left, _end - _start);
            value.Append(_window.AsSpan(_start, taken));
            _start += taken;
            left -= taken;
        }

        while (_end - _start < 2) await FillAsync(cancellation).ConfigureAwait(false);
        if (_window[_start] != (byte)'\r' || _window[_start + 1] != (byte)'\n')
            throw Broken("bulk string without CRLF");
        _start += 2;
        return null;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    /// <summary>
    /// The bytes go where a client says, which may be a service of lines, not a Redis: a line break in what it chooses
    /// would let it give that service a command.
    /// </summary>
    private static void RequireOneLine(SlurpOptions options)
    {
        bool hasLineBreak = options.User?.AsSpan().ContainsAny('\r', '\n') == true
            || options.Password?.AsSpan().ContainsAny((byte)'\r', (byte)'\n') == true;
        if (hasLineBreak)
            throw new SourceException($"{options.Address}: USER and PASSWORD cannot contain line breaks");
    }

    private static ReadOnlyMemory<byte> Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>
    /// Reads the head line of a bulk string or array that begins with the marker; -1, and nothing read, when something
    /// else comes: an error, a null, another kind.
    /// </summary>
    private async ValueTask<long> ReceiveLengthAsync(byte marker, CancellationToken cancellation)
    {
        const int LineBytesMax = 32;
        while (true)
        {
            ReadOnlySpan<byte> arrived = _window.AsSpan(_start, _end - _start);
            if (!arrived.IsEmpty && arrived[0] != marker) return -1;
            int lineEnd = arrived.IndexOf("\r\n"u8);
            if (lineEnd >= 0)
            {
                if (!StrictInteger.TryParse(arrived[1..lineEnd], out long length) || length < 0) return -1;
                _start += lineEnd + 2;
                return length;
            }

            if (arrived.Length > LineBytesMax) return -1;
            await FillAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads more behind what is there.</summary>
    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (_start == _end) _start = _end = 0;
        else if (_end == _window.Length)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        int count = await WithinTimeoutAsync(
            async timeout => await _stream.ReadAsync(_window.AsMemory(_end), timeout).ConfigureAwait(false),
            cancellation).ConfigureAwait(false);
        if (count == 0) throw Broken("the connection was closed");
        _end += count;
    }

    private async ValueTask<int> WithinTimeoutAsync(
        Func<CancellationToken, Task<int>> operation, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(ServerLimits.SourceTimeout);
        try
        {
            return await operation(timeout.Token).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw Broken(failure.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Broken($"silent for {ServerLimits.SourceTimeout.TotalSeconds} s");
        }
    }

    private async ValueTask RequireOkAsync(string command, CancellationToken cancellation)
    {
        Reply reply = await AskAsync(cancellation).ConfigureAwait(false);
        if (reply.IsError) throw new SourceException($"{Address} refuses {command}: {reply.AsText()}");
    }

    private SourceException Broken(string reason) => new($"{Address}: {reason}");
}

/// <summary>The server that is copied from refuses, breaks the protocol or does not answer.</summary>
/// <param name="message">What clients may know.</param>
/// <param name="forLog">The same with what only the operator may know, a path; null: nothing more.</param>
internal sealed class SourceException(string message, string? forLog = null) : Exception(message)
{
    /// <summary>What the log says.</summary>
    public string ForLog { get; } = forLog ?? message;
}
