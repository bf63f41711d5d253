namespace Bitmapist.Resp.Replies;

/// <summary>What <see cref="ReplyReader.Read"/> found.</summary>
public enum ReplyStatus
{
    /// <summary>A whole reply is ready; the input may hold more behind it.</summary>
    Complete,

    /// <summary>The input ended inside a reply (or between two); all of it was taken.</summary>
    Incomplete,

    /// <summary>The server broke the protocol, or a limit; nothing after it can be read.</summary>
    Invalid,
}
