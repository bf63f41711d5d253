using System.Text;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// What a reader makes of a stream of replies, as one line: every reply in its compact form, and the error that ended
/// the reading. Checks the reader's promises about consumed bytes on the way.
/// </summary>
public static class ReplyTranscript
{
    /// <summary>Feeds the stream in pieces, of as many bytes as <paramref name="nextPieceBytes"/> says.</summary>
    /// <exception cref="FuzzFailureException">The reader broke a promise.</exception>
    public static string Of(ReplyReader reader, byte[] stream, Func<int> nextPieceBytes)
    {
        var transcript = new StringBuilder();
        int start = 0;
        while (start < stream.Length)
        {
            int pieceBytes = Math.Min(nextPieceBytes(), stream.Length - start);
            byte[] piece = stream.AsSpan(start, pieceBytes).ToArray();
            if (!ReadPiece(reader, piece, transcript)) return transcript.ToString();
            start += pieceBytes;
        }

        if (reader.IsInsideReply) transcript.Append('…');
        return transcript.ToString().TrimEnd();
    }

    private static bool ReadPiece(ReplyReader reader, ReadOnlySpan<byte> piece, StringBuilder transcript)
    {
        int position = 0;
        while (true)
        {
            ReplyStatus status = reader.Read(piece[position..], out int consumedBytes);
            position += consumedBytes;
            switch (status)
            {
                case ReplyStatus.Complete when consumedBytes == 0:
                    throw new FuzzFailureException("A reply of no bytes.");
                case ReplyStatus.Complete:
                    transcript.Append(reader.Reply).Append(' ');
                    break;
                case ReplyStatus.Incomplete when position != piece.Length:
                    throw new FuzzFailureException($"Left {piece.Length - position} bytes.");
                case ReplyStatus.Incomplete:
                    return true;
                default:
                    transcript.Append("invalid: ").Append(reader.Error);
                    return false;
            }
        }
    }
}
