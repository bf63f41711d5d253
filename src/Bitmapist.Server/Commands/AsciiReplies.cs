using System.Text;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>Replies whose text is at hand as a string: those of commands that nobody calls often.</summary>
internal static class AsciiReplies
{
    extension(RespWriter reply)
    {
        /// <summary>+text, which must be ASCII without line ends.</summary>
        public void WriteSimpleString(string ascii) => reply.WriteSimpleString(Encoding.ASCII.GetBytes(ascii));

        /// <summary>A set of simple strings; an array in RESP2.</summary>
        public void WriteSimpleStringSet(IReadOnlyCollection<string> ascii)
        {
            reply.WriteSetHeader(ascii.Count);
            foreach (string text in ascii) reply.WriteSimpleString(text);
        }

        /// <summary>Text of several lines: a verbatim string in RESP3.</summary>
        public void WriteText(string utf8) => reply.WriteVerbatimString("txt"u8, Encoding.UTF8.GetBytes(utf8));
    }
}
