using System.Buffers;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.PubSub;

/// <summary>
/// Messages as bytes, made once for all receivers in the form of RESP2; in RESP3 only the first byte is another, which
/// <see cref="Write"/> sees to. Null is told in both by an array of no elements or what the caller writes.
/// </summary>
internal static class PushFrames
{
    /// <summary>A message of a channel.</summary>
    public static byte[] Message(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        var frame = new ArrayBufferWriter<byte>(64 + channel.Length + message.Length);
        var writer = new RespWriter(frame, RespVersion.Resp2);
        writer.WritePushHeader(3);
        writer.WriteBulkString(kind);
        writer.WriteBulkString(channel);
        writer.WriteBulkString(message);
        return frame.WrittenSpan.ToArray();
    }

    /// <summary>A message of a channel that a pattern matches.</summary>
    public static byte[] PatternMessage(
        ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        var frame = new ArrayBufferWriter<byte>(64 + pattern.Length + channel.Length + message.Length);
        var writer = new RespWriter(frame, RespVersion.Resp2);
        writer.WritePushHeader(4);
        writer.WriteBulkString("pmessage"u8);
        writer.WriteBulkString(pattern);
        writer.WriteBulkString(channel);
        writer.WriteBulkString(message);
        return frame.WrittenSpan.ToArray();
    }

    /// <summary>Writes a message in the receiver's version of the protocol.</summary>
    public static void Write(RespWriter output, ReadOnlySpan<byte> message)
    {
        if (output.Version == RespVersion.Resp3 && message[0] == (byte)'*')
        {
            output.WriteRaw(">"u8);
            message = message[1..];
        }

        output.WriteRaw(message);
    }
}
