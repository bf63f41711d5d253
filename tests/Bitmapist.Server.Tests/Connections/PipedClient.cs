using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>A client of a server in memory, over pipes instead of a socket. Replies are raw bytes as Latin-1.</summary>
internal sealed class PipedClient : IAsyncDisposable
{
    private readonly Pipe _requests = new();
    private readonly Pipe _replies = new();
    private readonly ClientConnection _connection;
    private readonly ServerState _server;
    private readonly Task _running;

    public PipedClient(ServerState server)
    {
        _server = server;
        _connection = new ClientConnection(server.Clients.NextId(), _requests.Reader, _replies.Writer, server);
        server.Clients.Add(_connection);
        _running = _connection.RunAsync();
    }

    /// <summary>A server that keeps everything in memory only.</summary>
    public static ServerState NewServer(ServerOptions? options = null, TimeProvider? time = null)
    {
        options ??= new ServerOptions();
        time ??= TimeProvider.System;
        var store = new KeyspaceStore(options.Databases, time);
        return new ServerState(options, store, null, time, NullLogger.Instance);
    }

    /// <summary>Sends a command, words separated by spaces, and reads its reply.</summary>
    public async Task<string> SendAsync(string command)
    {
        string[] words = command.Split(' ');
        var request = new StringBuilder();
        request.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words) request.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        await _requests.Writer.WriteAsync(Encoding.Latin1.GetBytes(request.ToString()));

        return await ReadAsync();
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
        await _running;
        _server.Clients.Remove(_connection);
        _connection.Dispose();
    }
}
