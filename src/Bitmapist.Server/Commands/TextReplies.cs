using System.Text;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

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
