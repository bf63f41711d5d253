using System.Globalization;
using System.Text;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// What a reader makes of a stream, as one line: every request as its arguments in brackets and its wire bytes, and the
/// error that ended the reading. Checks the reader's promises about consumed bytes on the way.
/// </summary>
public static class RequestTranscript
{
    /// <summary>Feeds the stream in pieces, of as many bytes as <paramref name="nextPieceBytes"/> says.</summary>
    /// <exception cref="FuzzFailureException">The reader broke a promise.</exception>
    public static string Of(RequestReader reader, byte[] stream, Func<int> nextPieceBytes)
    {
        var transcript = new StringBuilder();
        int start = 0;
        while (start < stream.Length)
        {
            // A copy of the very piece, spoilt afterwards: reading behind it or keeping it cannot go unnoticed.
            int pieceBytes = Math.Min(nextPieceBytes(), stream.Length - start);
            byte[] piece = stream.AsSpan(start, pieceBytes).ToArray();
            if (!ReadPiece(reader, piece, transcript)) break;
            Array.Fill(piece, (byte)'?');
            start += pieceBytes;
        }

        return transcript.ToString().TrimEnd();
    }

    private static bool ReadPiece(RequestReader reader, byte[] piece, StringBuilder transcript)
    {
        int position = 0;
        while (true)
        {
            RequestStatus status = reader.Read(piece.AsMemory(position), out int consumedBytes);
            position += consumedBytes;
            if (status == RequestStatus.Invalid)
            {
                transcript.Append('-').Append(Escaped.From(reader.Error));
                return false;
            }

            if (status == RequestStatus.Incomplete)
            {
                if (position != piece.Length) throw new FuzzFailureException($"Left {piece.Length - position} bytes.");
                return true;
            }

            if (consumedBytes == 0) throw new FuzzFailureException("A request of no bytes.");
            Describe(reader.Request, transcript);
        }
    }

    private static void Describe(Request request, StringBuilder transcript)
    {
        if (request.Count < 1) throw new FuzzFailureException("A request without arguments.");
        for (int i = 0; i < request.Count; i++)
        {
            if (!request[i].SequenceEqual(request.Memory(i).Span)) throw new FuzzFailureException("Two sources.");
            transcript.Append('[').Append(Escaped.From(request[i])).Append(']');
        }

        transcript.Append(CultureInfo.InvariantCulture, $" {request.TotalBytes} ");
    }
}
