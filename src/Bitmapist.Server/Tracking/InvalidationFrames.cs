using System.Buffers;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Tracking;

/// <summary>Invalidations as bytes; null for all keys.</summary>
internal static class InvalidationFrames
{
    /// <summary>For a client that speaks RESP3.</summary>
    public static byte[] Push(byte[][]? keys)
    {
        var frame = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(frame, RespVersion.Resp3);
        writer.WritePushHeader(2);
        writer.WriteBulkString("invalidate"u8);
        WriteKeys(writer, keys);
        return frame.WrittenSpan.ToArray();
    }

    /// <summary>For a subscriber in RESP2, as a message of a channel.</summary>
    public static byte[] Message(byte[][]? keys)
    {
        var frame = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(frame, RespVersion.Resp2);
        writer.WritePushHeader(3);
        writer.WriteBulkString("message"u8);
        writer.WriteBulkString("__redis__:invalidate"u8);
        WriteKeys(writer, keys);
        return frame.WrittenSpan.ToArray();
    }

    /// <summary>For a client whose invalidations have nobody to go to any more.</summary>
    public static byte[] BrokenRedirect(long id)
    {
        var frame = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(frame, RespVersion.Resp3);
        writer.WritePushHeader(2);
        writer.WriteBulkString("tracking-redir-broken"u8);
        writer.WriteInteger(id);
        return frame.WrittenSpan.ToArray();
    }

    private static void WriteKeys(RespWriter writer, byte[][]? keys)
    {
        if (keys is null)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteArrayHeader(keys.Length);
        foreach (byte[] key in keys) writer.WriteBulkString(key);
    }
}
