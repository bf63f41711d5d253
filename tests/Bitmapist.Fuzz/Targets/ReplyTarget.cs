using System.Buffers;
using System.Globalization;
using System.Text;
using Bitmapist.Resp.Replies;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// The reply reader: whatever the bytes, it neither throws nor stalls, and reads the same replies and the same error
/// whether they arrive at once, one by one, or in random pieces.
/// </summary>
public sealed class ReplyTarget : IFuzzTarget
{
    public string Name => "replies";

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        "\r\n"u8.ToArray(), "\n"u8.ToArray(), "\0"u8.ToArray(), "+OK\r\n"u8.ToArray(), "-ERR\r\n"u8.ToArray(),
        ":1\r\n"u8.ToArray(), "$-1\r\n"u8.ToArray(), "*-1\r\n"u8.ToArray(), "_\r\n"u8.ToArray(), "#t\r\n"u8.ToArray(),
        ",0.5\r\n"u8.ToArray(), ",inf\r\n"u8.ToArray(), "(12345678901234567890\r\n"u8.ToArray(),
        "*1\r\n"u8.ToArray(), "~1\r\n"u8.ToArray(), ">1\r\n"u8.ToArray(), "%1\r\n"u8.ToArray(), "|1\r\n"u8.ToArray(),
        "*0\r\n"u8.ToArray(), "|0\r\n"u8.ToArray(), "*16777216\r\n"u8.ToArray(), "$536870912\r\n"u8.ToArray(),
        "=5\r\ntxt:a\r\n"u8.ToArray(), "!3\r\nERR\r\n"u8.ToArray(), "$?\r\n"u8.ToArray(), "*?\r\n"u8.ToArray(),
    ];

    public byte[] Generate(Random random)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(output, random.Next(2) == 0 ? RespVersion.Resp2 : RespVersion.Resp3);
        int replies = random.Next(1, 5);
        for (int i = 0; i < replies; i++) WriteReply(writer, random, depthMax: 4);
        return output.WrittenSpan.ToArray();
    }

    public string Check(byte[] input, Random random)
    {
        int depthMax = random.Next(1, 40);
        int elementsMax = random.Next(4) > 0 ? Resp.RespLimits.ReplyElementsMax : random.Next(1, 20);
        int bulkBytesMax = random.Next(4) > 0 ? (int)Resp.RespLimits.BulkBytesMax : random.Next(1, 100);
        ReplyReader NewReader() => new()
        {
            DepthMax = depthMax,
            ElementsMax = elementsMax,
            BulkBytesMax = bulkBytesMax,
        };

        int pieceBytesMax = random.Next(2, 64);
        string whole = ReplyTranscript.Of(NewReader(), input, () => input.Length);
        string single = ReplyTranscript.Of(NewReader(), input, () => 1);
        string mixed = ReplyTranscript.Of(NewReader(), input, () => random.Next(pieceBytesMax));
        if (whole != single) throw new FuzzFailureException($"Whole, then byte by byte:\n{whole}\n{single}");
        if (whole != mixed) throw new FuzzFailureException($"Whole, then in pieces:\n{whole}\n{mixed}");
        return OutcomeOf(whole);
    }

    /// <summary>The error that ended the reading, if one did.</summary>
    private static string OutcomeOf(string transcript)
    {
        int error = transcript.LastIndexOf("invalid: ", StringComparison.Ordinal);
        return error < 0 ? "read" : transcript[error..];
    }

    private static void WriteReply(RespWriter writer, Random random, int depthMax)
    {
        int kind = random.Next(depthMax > 0 ? 15 : 11);
        if (kind < 11) WriteLeaf(writer, random, kind);
        else WriteAggregate(writer, random, kind, depthMax);
    }

    private static void WriteLeaf(RespWriter writer, Random random, int kind)
    {
        byte[] payload = new byte[random.Next(20) == 0 ? random.Next(5000) : random.Next(12)];
        random.NextBytes(payload);
        switch (kind)
        {
            case 0:
                writer.WriteOk();
                break;
            case 1:
                writer.WriteError("ERR no\r\n such thing"u8);
                break;
            case 2:
                writer.WriteInteger(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
                break;
            case 3:
                writer.WriteRaw(Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $",{random.NextDouble() * random.Next():R}\r\n")));
                break;
            case 4:
                writer.WriteNull();
                break;
            case 5:
                writer.WriteNullArray();
                break;
            case 6:
                writer.WriteBoolean(random.Next(2) == 0);
                break;
            case 7:
                writer.WriteVerbatimString("txt"u8, payload);
                break;
            case 8:
                writer.WriteBulkInteger(random.Next());
                break;
            default:
                writer.WriteBulkString(payload);
                break;
        }
    }

    private static void WriteAggregate(RespWriter writer, Random random, int kind, int depthMax)
    {
        int count = random.Next(5);
        int elements = count;
        switch (kind)
        {
            case 11:
                writer.WriteSetHeader(count);
                break;
            case 12:
                writer.WritePushHeader(count);
                break;
            case 13:
                writer.WriteMapHeader(count);
                elements = 2 * count;
                break;
            default:
                writer.WriteArrayHeader(count);
                break;
        }

        for (int i = 0; i < elements; i++) WriteReply(writer, random, depthMax - 1);
    }
}
