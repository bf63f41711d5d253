using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Turns a refusal into an exception where the caller has no use for it as a value, and a reply of a kind that its
/// command never has into a violation of the protocol.
/// </summary>
internal static class CheckedReply
{
    /// <summary>The reply itself, unless it is an error.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="request">What was asked, for the message: "BITCOUNT trackist_active_2026-1".</param>
    /// <exception cref="ServerErrorException">The reply is an error.</exception>
    public static Reply Checked(this Reply reply, string request) =>
        reply.IsError ? throw ServerErrorException.Of(reply, $"The server refused {request}") : reply;

    /// <summary>What is read from a reply.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="request">What was asked, for the message.</param>
    /// <param name="read">Reads it; an accessor that does not fit the reply's kind throws.</param>
    /// <exception cref="ProtocolViolationException">The reply is of another kind.</exception>
    public static T Read<T>(this Reply reply, string request, Func<Reply, T> read)
    {
        try
        {
            return read(reply);
        }
        catch (InvalidOperationException unlike) // See Reply: the accessor does not fit the kind.
        {
            throw new ProtocolViolationException(
                $"The reply to {request} is of a kind that the command never has: {unlike.Message}", unlike);
        }
    }
}
