using System.Text;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// The request parser: whatever the bytes, it neither throws nor stalls, and reads the same requests and the same error
/// whether they arrive at once, one by one, or in random pieces.
/// </summary>
public sealed class RequestTarget : IFuzzTarget
{
    public string Name => "requests";

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        "\r\n"u8.ToArray(), "\n"u8.ToArray(), "\0"u8.ToArray(), "\""u8.ToArray(), "'"u8.ToArray(), "\\x4"u8.ToArray(),
        "*1\r\n"u8.ToArray(), "*-1\r\n"u8.ToArray(), "*0\r\n"u8.ToArray(), "*2147483647\r\n"u8.ToArray(),
        "$0\r\n"u8.ToArray(), "$-1\r\n"u8.ToArray(), "$10\r\n"u8.ToArray(), "$16385\r\n"u8.ToArray(),
        "$536870912\r\n"u8.ToArray(), "$999999999999\r\n"u8.ToArray(), "PING\r\n"u8.ToArray(),
    ];

    public byte[] Generate(Random random)
    {
        var stream = new List<byte>();
        int requests = random.Next(1, 8);
        for (int i = 0; i < requests; i++)
        {
            if (random.Next(4) == 0) AppendInline(stream, random);
            else AppendArray(stream, random);
        }

        return [.. stream];
    }

    public string Check(byte[] input, Random random)
    {
        bool isAuthenticated = random.Next(4) > 0;
        long bulkBytesMax = random.Next(4) > 0 ? Resp.RespLimits.BulkBytesMax : random.Next(1, 100);
        int requestBytesMax = random.Next(4) > 0 ? Resp.RespLimits.RequestBytesMax : random.Next(1, 1000);
        RequestReader NewReader() => new()
        {
            IsAuthenticated = isAuthenticated,
            BulkBytesMax = bulkBytesMax,
            RequestBytesMax = requestBytesMax,
        };

        int pieceBytesMax = random.Next(2, 64);
        string whole = RequestTranscript.Of(NewReader(), input, () => input.Length);
        string single = RequestTranscript.Of(NewReader(), input, () => 1);
        string mixed = RequestTranscript.Of(NewReader(), input, () => random.Next(pieceBytesMax));
        if (whole != single) throw new FuzzFailureException($"Whole, then byte by byte:\n{whole}\n{single}");
        if (whole != mixed) throw new FuzzFailureException($"Whole, then in pieces:\n{whole}\n{mixed}");
        return OutcomeOf(whole);
    }

    /// <summary>The error that ended the reading, if one did.</summary>
    private static string OutcomeOf(string transcript)
    {
        int error = transcript.LastIndexOf(" -", StringComparison.Ordinal);
        return error < 0 ? "read" : transcript[error..];
    }

    private static void AppendArray(List<byte> stream, Random random)
    {
        int count = random.Next(10) == 0 ? random.Next(-1, 40) : random.Next(1, 6);
        stream.AddRange(Encoding.ASCII.GetBytes($"*{count}\r\n"));
        for (int i = 0; i < count; i++)
        {
            byte[] argument = new byte[random.Next(20) == 0 ? random.Next(300) : random.Next(12)];
            random.NextBytes(argument);
            stream.AddRange(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            stream.AddRange(argument);
            stream.AddRange("\r\n"u8);
        }
    }

    private static void AppendInline(List<byte> stream, Random random)
    {
        string[] words = ["ECHO", "ping", "7", "\"a b\"", "'a b'", "\"\\x00\\n\"", "'\\''", "a\"b\"", "\t", "  ", ""];
        int count = random.Next(6);
        for (int i = 0; i < count; i++)
            stream.AddRange(Encoding.ASCII.GetBytes(words[random.Next(words.Length)] + " "));
        stream.AddRange(random.Next(2) == 0 ? "\r\n"u8 : "\n"u8);
    }
}
