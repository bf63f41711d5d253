using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>
/// Stands in for the original, Go server: the commands that a copy may meet there, with its refusals of all others
/// word by word, and its habits (strings end behind their last one-bit, * of KEYS matches no slash in older versions).
/// Keys are Latin-1. Filled before it serves.
/// </summary>
internal sealed class OriginalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, (byte[] Bytes, long ExpiresAtUnixMs)> _keys = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _isStarMatchingSlash;
    private readonly TimeProvider _time;
    private int _repliesLeft = int.MaxValue;

    public OriginalServer(bool isStarMatchingSlash = false, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _isStarMatchingSlash = isStarMatchingSlash;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Commands that were asked for and refused as unknown.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Called before each command is answered.</summary>
    public Func<string[], Task>? Answering { get; set; }

    public void Set(string key, byte[] bytes, long expiresAtUnixMs = 0)
    {
        int end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1; // the original keeps bits, not lengths
        _keys[key] = (bytes[..end], expiresAtUnixMs);
    }

    public byte[] Get(string key) => _keys[key].Bytes;

    /// <summary>Breaks off after so many replies more.</summary>
    public void BreakAfter(int replies) => Volatile.Write(ref _repliesLeft, replies);

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient held = client;
        NetworkStream stream = client.GetStream();
        RequestReader reader = new();
        byte[] buffer = new byte[4096];
        List<string[]>? queued = null;
        try
        {
            while (true)
            {
                int count = await stream.ReadAsync(buffer, _stopping.Token);
                if (count == 0) return;
                for (int at = 0; at < count;)
                {
                    RequestStatus status = reader.Read(buffer.AsMemory(at, count - at), out int consumed);
                    at += consumed;
                    if (status != RequestStatus.Complete) break;
                    string[] words = [.. Enumerable.Range(0, reader.Request.Count)
                        .Select(i => Encoding.Latin1.GetString(reader.Request[i]))];
                    if (Interlocked.Decrement(ref _repliesLeft) < 0) return;
                    if (Answering is { } answering) await answering(words);
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(words, ref queued)), _stopping.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went, or the test is over.
        }
    }

    private string Answer(string[] words, ref List<string[]>? queued)
    {
        string command = words[0].ToLowerInvariant();
        if (command == "multi")
        {
            queued = [];
            return "+OK\r\n";
        }

        if (command == "exec")
        {
            if (queued is null) return "-ERR EXEC without MULTI\r\n";
            string replies = string.Concat(queued.Select(Run));
            int count = queued.Count;
            queued = null;
            return $"*{count}\r\n{replies}";
        }

        if (queued is null) return Run(words);
        queued.Add(words);
        return "+QUEUED\r\n";
    }

    private string Run(string[] words)
    {
        string command = words[0].ToLowerInvariant();
        string wrongCount = $"-ERR wrong number of arguments for '{command}' command\r\n";
        switch (command)
        {
            case "ping":
                return "$4\r\nPONG\r\n";
            case "select":
                return words.Length != 2 ? wrongCount : words[1] == "0" ? "+OK\r\n" : "-ERR invalid DB index\r\n";
            case "info":
                bool isKnown = words.Length == 2 && words[1] is "keys" or "commands";
                string info = string.Create(CultureInfo.InvariantCulture, $"keys_total:{_keys.Count}\nkeys_cached:0\n");
                return isKnown ? Bulk(info) : wrongCount;
            case "get":
                return words.Length != 2 ? wrongCount
                    : _keys.TryGetValue(words[1], out var found) && !IsExpired(found.ExpiresAtUnixMs)
                        ? Bulk(Encoding.Latin1.GetString(found.Bytes)) : "$-1\r\n";
            case "pttl":
                return words.Length != 2 ? wrongCount : $":{TimeLeft(words[1])}\r\n";
            case "keys":
                return words.Length != 2 ? wrongCount : Array(words[1]);
            case "scan":
                bool isTheOneForm = words.Length == 6 && words[1] == "0"
                    && words[2].Equals("match", StringComparison.OrdinalIgnoreCase)
                    && words[4].Equals("count", StringComparison.OrdinalIgnoreCase);
                return isTheOneForm ? $"*2\r\n$1\r\n0\r\n{Array(words[3])}" : wrongCount;
            default:
                lock (Refused) Refused.Add(command);
                return $"-ERR unknown command '{command}'\r\n";
        }
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    private bool IsExpired(long expiresAtUnixMs) =>
        expiresAtUnixMs != 0 && expiresAtUnixMs <= _time.GetUtcNow().ToUnixTimeMilliseconds();

    private long TimeLeft(string key)
    {
        if (!_keys.TryGetValue(key, out (byte[] Bytes, long ExpiresAtUnixMs) found) || IsExpired(found.ExpiresAtUnixMs))
            return -2;
        return found.ExpiresAtUnixMs == 0
            ? -1 : found.ExpiresAtUnixMs - _time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>The names that match a pattern of stars and slashes; expired ones show, as they do there.</summary>
    private string Array(string pattern)
    {
        string[] parts = pattern.Split('*');
        Assert.All(parts, part => Assert.True(part is "" or "/", "patterns of stars and slashes only"));
        int slashes = pattern.Count(character => character == '/');
        string[] names = [.. _keys.Keys.Where(key => _isStarMatchingSlash
            ? key.Count(character => character == '/') >= slashes
            : key.Count(character => character == '/') == slashes)];
        return $"*{names.Length}\r\n{string.Concat(names.Select(Bulk))}";
    }
}
