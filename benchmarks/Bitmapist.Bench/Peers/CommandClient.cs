using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Bench.Peers;

/// <summary>A plain blocking client for preparing and checking; replies of one line only. One thread.</summary>
internal sealed class CommandClient : IDisposable
{
    private const int PieceMarks = 1000;

    private readonly TcpClient _client;
    private readonly BufferedStream _stream;
    private readonly ArrayBufferWriter<byte> _request = new();
    private readonly byte[] _received = new byte[64 * 1024];

    public CommandClient(int port)
    {
        _client = new TcpClient("127.0.0.1", port) { NoDelay = true };
        _stream = new BufferedStream(_client.GetStream(), 64 * 1024);
    }

    public void Send(params ReadOnlySpan<string> arguments)
    {
        _request.ResetWrittenCount();
        RequestWriter.Write(_request, arguments);
        _client.GetStream().Write(_request.WrittenSpan);
    }

    public string ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            int character = _stream.ReadByte();
            if (character < 0) throw new IOException("The server closed the connection.");
            if (character == '\n') return line.ToString();
            if (character != '\r') line.Append((char)character);
        }
    }

    /// <summary>Reads an array of bulk strings without keeping them.</summary>
    public void SkipArray()
    {
        string header = ReadLine();
        if (!header.StartsWith('*')) throw new IOException(header);
        for (int left = int.Parse(header.AsSpan(1), CultureInfo.InvariantCulture); left > 0; left--)
        {
            ReadLine();
            ReadLine();
        }
    }

    /// <summary>Runs a command that replies a bulk string of ASCII characters.</summary>
    /// <returns>Null for an error.</returns>
    public string? Text(params ReadOnlySpan<string> arguments)
    {
        Send(arguments);
        string header = ReadLine();
        if (!header.StartsWith('$')) return null;
        byte[] text = new byte[int.Parse(header.AsSpan(1), CultureInfo.InvariantCulture) + 2];
        _stream.ReadExactly(text);
        return Encoding.ASCII.GetString(text.AsSpan(..^2));
    }

    /// <summary>Stores a string.</summary>
    public void Set(string key, ReadOnlySpan<byte> value)
    {
        _request.ResetWrittenCount();
        RequestWriter.WriteHeader(_request, 3);
        RequestWriter.WriteArgument(_request, "SET");
        RequestWriter.WriteArgument(_request, key);
        RequestWriter.WriteArgument(_request, value);
        _client.GetStream().Write(_request.WrittenSpan);
        if (ReadLine() is not "+OK" and string reply) throw new IOException($"SET {key}: {reply}");
    }

    /// <summary>Changes one bit, whatever it is.</summary>
    public void Flip(string key, uint id)
    {
        string offset = id.ToString(CultureInfo.InvariantCulture);
        if (Integer("SETBIT", key, offset, "1") == 1) Integer("SETBIT", key, offset, "0");
    }

    /// <summary>Runs a command that replies an integer.</summary>
    public long Integer(params ReadOnlySpan<string> arguments)
    {
        Send(arguments);
        string reply = ReadLine();
        if (!reply.StartsWith(':')) throw new IOException($"{string.Join(' ', arguments!)}: {reply}");
        return long.Parse(reply.AsSpan(1), CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a command that replies OK or some other word.</summary>
    public void Do(params ReadOnlySpan<string> arguments)
    {
        Send(arguments);
        string reply = ReadLine();
        if (!reply.StartsWith('+')) throw new IOException($"{string.Join(' ', arguments!)}: {reply}");
    }

    /// <summary>Sends requests in one piece and reads their replies, a line each.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan Ask(PipelinedRequests requests)
    {
        long started = Stopwatch.GetTimestamp();
        _client.GetStream().Write(requests.Bytes);
        for (int lines = requests.Count; lines > 0;)
        {
            int count = _client.GetStream().Read(_received);
            if (count == 0) throw new IOException("The server closed the connection.");
            ReadOnlySpan<byte> replies = _received.AsSpan(0, count);
            lines -= replies.Count((byte)'\n');
            if (replies.Contains((byte)'-')) throw new IOException(Encoding.ASCII.GetString(replies));
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Sets bits to one, a thousand requests at a time.</summary>
    public void Mark(IEnumerable<(string Key, uint Id)> marks)
    {
        byte[] replies = new byte[PieceMarks * 4]; // ":0\r\n" or ":1\r\n" each
        foreach ((string Key, uint Id)[] piece in marks.Chunk(PieceMarks))
        {
            _request.ResetWrittenCount();
            foreach ((string key, uint id) in piece)
            {
                RequestWriter.WriteHeader(_request, 4);
                RequestWriter.WriteArgument(_request, "SETBIT"u8);
                RequestWriter.WriteArgument(_request, key);
                RequestWriter.WriteArgument(_request, (long)id);
                RequestWriter.WriteArgument(_request, "1"u8);
            }

            _client.GetStream().Write(_request.WrittenSpan);
            Span<byte> answered = replies.AsSpan(0, piece.Length * 4);
            _stream.ReadExactly(answered);
            if (answered.Contains((byte)'-')) throw new IOException($"SETBIT: {Encoding.ASCII.GetString(answered)}");
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
