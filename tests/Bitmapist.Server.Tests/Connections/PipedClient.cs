using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Connections;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>A client of a server in memory, over pipes instead of a socket. Replies are raw bytes as Latin-1.</summary>
internal sealed class PipedClient : IAsyncDisposable
{
    // Requests are served by the thread that sends them, as a loop's does.
    private readonly Pipe _requests = new(new PipeOptions(readerScheduler: PipeScheduler.Inline));
    private readonly Pipe _replies = new();
    private readonly ServerState _server;

    /// <param name="server">Which server.</param>
    /// <param name="replace">Puts something else in the place of the pipe that replies go to.</param>
    /// <param name="tryAtTurnEnd">What a loop would do; null: there is none.</param>
    public PipedClient(
        ServerState server, Func<PipeWriter, PipeWriter>? replace = null, Func<ITurnEnd, bool>? tryAtTurnEnd = null)
    {
        _server = server;
        PipeWriter output = replace?.Invoke(_replies.Writer) ?? _replies.Writer;
        Connection = new ClientConnection(
            server.Clients.NextId(), _requests.Reader, output, server,
            new Carrier(_requests.Reader, output, _replies.Reader, tryAtTurnEnd));
        server.Clients.Add(Connection);
        Running = RunAsync();
    }

    /// <summary>The server's side.</summary>
    public ClientConnection Connection { get; }

    /// <summary>Completes as the server's side does.</summary>
    public Task Running { get; }

    /// <summary>Whether a reply has come that was not read.</summary>
    public bool HasReply
    {
        get
        {
            if (!_replies.Reader.TryRead(out ReadResult read)) return false;
            bool hasReply = !read.Buffer.IsEmpty;
            _replies.Reader.AdvanceTo(read.Buffer.Start);
            return hasReply;
        }
    }

    /// <summary>A server that keeps everything in memory only.</summary>
    public static ServerState NewServer(
        ServerOptions? options = null,
        TimeProvider? time = null,
        ILogger? logger = null,
        long transactionReplyBytesMax = 1 << 30)
    {
        options ??= new ServerOptions();
        time ??= TimeProvider.System;
        var store = new KeyspaceStore(options.Databases, time);
        return new ServerState(options, store, null, time, logger ?? NullLogger.Instance, CommandList.Table.Count)
        {
            TransactionReplyBytesMax = transactionReplyBytesMax,
        };
    }

    /// <summary>Sends a command, words separated by spaces, and reads its reply.</summary>
    public async Task<string> SendAsync(string command)
    {
        await WriteAsync(command);
        return await ReadAsync();
    }

    /// <summary>Sends commands, each words separated by spaces, in one piece, and does not wait for replies.</summary>
    public async Task WriteAsync(params string[] commands)
    {
        var request = new StringBuilder();
        foreach (string command in commands)
        {
            string[] words = command.Split(' ');
            request.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
            foreach (string word in words)
                request.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        }

        await WriteRawAsync(request.ToString());
    }

    /// <summary>Sends bytes, given as Latin-1.</summary>
    public async Task WriteRawAsync(string bytes) => await _requests.Writer.WriteAsync(Encoding.Latin1.GetBytes(bytes));

    /// <summary>Reads exactly so many bytes of replies.</summary>
    public async Task<string> ReadAsync(long bytes)
    {
        var replies = new StringBuilder();
        while (replies.Length < bytes)
        {
            using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            ReadResult read = await _replies.Reader.ReadAsync(silence.Token);
            System.Buffers.ReadOnlySequence<byte> wanted =
                read.Buffer.Slice(0, Math.Min(read.Buffer.Length, bytes - replies.Length));
            replies.Append(Encoding.Latin1.GetString(System.Buffers.BuffersExtensions.ToArray(wanted)));
            _replies.Reader.AdvanceTo(wanted.End);
            Assert.False(read.IsCompleted && wanted.IsEmpty, "the connection was closed");
        }

        return replies.ToString();
    }

    /// <summary>Reads what has come: all replies of a batch leave in one flush, and pipes keep a flush whole.</summary>
    public async Task<string> ReadAsync()
    {
        ReadResult read = await _replies.Reader.ReadAsync();
        string reply = Encoding.Latin1.GetString(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
        _replies.Reader.AdvanceTo(read.Buffer.End);
        return reply;
    }

    /// <summary>A field of INFO.</summary>
    public async Task<string> InfoAsync(string section, string field)
    {
        string info = await SendAsync($"INFO {section}");
        string line = info.Split("\r\n").Single(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return line[(field.Length + 1)..];
    }

    public async ValueTask DisposeAsync()
    {
        await _requests.Writer.CompleteAsync();
        await _replies.Reader.CompleteAsync();
        await Running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task RunAsync()
    {
        try
        {
            await Connection.RunAsync();
        }
        finally
        {
            _server.Clients.Remove(Connection);
            Connection.Dispose();
            await _requests.Reader.CompleteAsync(); // as the transport does: who still sends is not kept waiting
            await _replies.Writer.CompleteAsync();
        }
    }

    /// <summary>What cuts the connection, and what a loop would do.</summary>
    private sealed class Carrier(
        PipeReader input, PipeWriter output, PipeReader replies, Func<ITurnEnd, bool>? tryAtTurnEnd)
        : TransportConnection
    {
        public override PipeReader Input => input;

        public override PipeWriter Output => output;

        public override bool TryAtTurnEnd(ITurnEnd work) => tryAtTurnEnd?.Invoke(work) ?? false;

        public override void Abort() => replies.Complete();

        public override ValueTask DisposeAsync() => default;
    }
}
