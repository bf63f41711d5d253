using System.Text;
using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands;

/// <summary>A string or a slice of one as a bulk reply; its bytes are made of its bits as it is written.</summary>
internal sealed class StringReply(StringSlice slice) : DeferredReply
{
    // What a reply waiting in a queue may keep alive by itself: a chunk or two that have changed since, and the list of
    // all chunks. The others it shares with the key, or with other replies.
    private const int HeldBytesMax = 16 * 1024;

    private const int FrameBytes = 32;
    private long _next = -1;

    public override long Cost => slice.Value.Pending.IsReady ? 1 : slice.Value.Cost;

    public override long LengthBytes => slice.LengthBytes + FrameBytes;

    public override long HeldBytes => Math.Min(LengthBytes, HeldBytesMax);

    public override Task? Preparation(BackgroundThreads workers) => slice.Value.Pending.PrepareAsync(workers);

    /// <summary>Has the bits computed or read.</summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    public void MakeReady() => slice.Value.Pending.Force();

    protected override void Compute() => MakeReady();

    protected override bool WritePiece(RespWriter reply)
    {
        if (_next < 0)
        {
            reply.WriteBulkHeader(slice.LengthBytes);
            _next = 0;
        }

        long end = Math.Min(slice.LengthBytes, _next + ServerLimits.StreamPieceBytes);
        while (_next < end)
        {
            int bytes = (int)Math.Min(end - _next, StringBytes.ChunkBytes);
            slice.CopyTo(_next, reply.RawSpan(bytes)[..bytes]);
            reply.AdvanceRaw(bytes);
            _next += bytes;
        }

        if (_next < slice.LengthBytes) return true;
        reply.WriteBulkEnd();
        return false;
    }
}

/// <summary>Replies whose text is at hand as a string: those of commands that are rarely called.</summary>
internal static class TextReplies
{
    /// <summary>+text, which must be ASCII without line ends.</summary>
    public static void WriteSimpleString(this RespWriter reply, string ascii) =>
        reply.WriteSimpleString(Encoding.ASCII.GetBytes(ascii));

    /// <summary>A set of simple strings; an array in RESP2.</summary>
    public static void WriteSimpleStringSet(this RespWriter reply, IReadOnlyCollection<string> ascii)
    {
        reply.WriteSetHeader(ascii.Count);
        foreach (string text in ascii) reply.WriteSimpleString(text);
    }

    /// <summary>Text of several lines: a verbatim string in RESP3.</summary>
    public static void WriteText(this RespWriter reply, string utf8) =>
        reply.WriteVerbatimString("txt"u8, Encoding.UTF8.GetBytes(utf8));
}
