using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>Turns a refusal into an exception where the caller has no use for it as a value.</summary>
internal static class CheckedReply
{
    /// <summary>The reply itself, unless it is an error.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="request">What was asked, for the message: "BITCOUNT trackist_active_2026-1".</param>
    /// <exception cref="ServerErrorException">The reply is an error.</exception>
    public static Reply Checked(this Reply reply, string request) =>
        reply.IsError ? throw ServerErrorException.Of(reply, $"The server refused {request}") : reply;
}
