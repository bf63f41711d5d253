using Bitmapist.Resp.Requests;

namespace Bitmapist.Resp.Tests.Requests;

/// <summary>
/// Feeds a byte stream to a reader in given pieces and writes down what came out, one line per request or error.
/// </summary>
internal static class RequestFeed
{
    /// <summary>Cuts the stream at the given offsets, which ascend.</summary>
    public static List<string> ReadCutAt(byte[] stream, IEnumerable<int> cuts, Action<RequestReader>? prepare = null)
    {
        var reader = new RequestReader();
        prepare?.Invoke(reader);
        var transcript = new List<string>();
        int start = 0;
        foreach (int cut in cuts.Append(stream.Length))
        {
            // A copy of the very piece: reading behind it, or keeping a reference to it, cannot go unnoticed.
            byte[] piece = stream[start..cut];
            if (!ReadPiece(reader, piece, transcript)) return transcript;
            Array.Fill(piece, (byte)'?');
            start = cut;
        }

        return transcript;
    }

    public static List<string> ReadWhole(byte[] stream, Action<RequestReader>? prepare = null) =>
        ReadCutAt(stream, [], prepare);

    public static List<string> ReadByteByByte(byte[] stream, Action<RequestReader>? prepare = null) =>
        ReadCutAt(stream, Enumerable.Range(1, Math.Max(stream.Length - 1, 0)), prepare);

    private static bool ReadPiece(RequestReader reader, byte[] piece, List<string> transcript)
    {
        int position = 0;
        while (true)
        {
            RequestStatus status = reader.Read(piece.AsMemory(position), out int consumedBytes);
            position += consumedBytes;
            switch (status)
            {
                case RequestStatus.Complete:
                    transcript.Add(Describe(reader.Request));
                    break;
                case RequestStatus.Incomplete:
                    Assert.Equal(piece.Length, position);
                    return true;
                default:
                    transcript.Add("-" + Escaped.From(reader.Error));
                    return false;
            }
        }
    }

    private static string Describe(Request request)
    {
        Assert.True(request.Count >= 1);
        var arguments = new List<string>();
        for (int i = 0; i < request.Count; i++)
        {
            Assert.True(request[i].SequenceEqual(request.Memory(i).Span));
            arguments.Add($"[{Escaped.From(request[i])}]");
        }

        return $"{string.Concat(arguments)} {request.TotalBytes}";
    }
}
