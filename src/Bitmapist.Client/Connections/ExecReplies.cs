using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// The frame of a transaction on the wire, and what its replies come to: one to MULTI, one to each request (QUEUED or
/// an error), one to EXEC.
/// </summary>
internal static class ExecReplies
{
    /// <summary>Replies beyond those of the requests.</summary>
    public const int FrameReplies = 2;

    /// <summary>MULTI.</summary>
    public static ReadOnlySpan<byte> Opening => "*1\r\n$5\r\nMULTI\r\n"u8;

    /// <summary>EXEC.</summary>
    public static ReadOnlySpan<byte> Closing => "*1\r\n$4\r\nEXEC\r\n"u8;

    /// <summary>The replies of the requests, as EXEC gave them.</summary>
    /// <param name="replies">All replies, of MULTI and EXEC too.</param>
    /// <param name="wire">The requests, MULTI and EXEC too.</param>
    /// <exception cref="ServerErrorException">The server refused the transaction.</exception>
    /// <exception cref="ProtocolViolationException">The replies are not those of a transaction.</exception>
    public static IReadOnlyList<Reply> Unwrap(Reply[] replies, ReadOnlySpan<byte> wire)
    {
        int requests = replies.Length - FrameReplies;
        // Without MULTI its requests ran on their own.
        if (replies[0].IsError)
            throw ServerErrorException.Of(replies[0], "The server refused MULTI, so the requests ran one by one");
        Reply outcome = replies[^1];
        for (int i = 1; i <= requests && (outcome.IsError || outcome.IsNull); i++)
        {
            if (!replies[i].IsError) continue;
            string request = RequestText.At(wire, i);
            throw ServerErrorException.Of(
                replies[i], $"The server refused {request}, so nothing of the transaction ({requests} requests) ran");
        }

        if (outcome.IsError)
            throw ServerErrorException.Of(outcome, $"The server refused a transaction of {requests} requests");
        if (outcome.IsNull)
        {
            throw new ServerErrorException(
                "EXECABORT a watched key was changed", $"The server dropped a transaction of {requests} requests");
        }

        if (outcome.Kind == ReplyKind.Array && outcome.Items.Count == requests) return outcome.Items;
        throw new ProtocolViolationException(
            $"EXEC of {requests} requests was answered with {Shown(outcome)}, which is not a reply per request.");
    }

    private static string Shown(Reply reply)
    {
        string text = reply.ToString();
        const int Shown = ClientLimits.ShownCharactersMax;
        return text.Length <= Shown ? text : $"{text.AsSpan(0, Shown)}…";
    }
}
