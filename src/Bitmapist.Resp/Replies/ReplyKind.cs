namespace Bitmapist.Resp.Replies;

/// <summary>
/// What a reply is; the specification's types, its two spellings of an error and three of null being one.
/// </summary>
#pragma warning disable CA1720 // These are the specification's own names of its types.
public enum ReplyKind
{
    SimpleString,
    Error,
    Integer,
    BulkString,
    Null,
    Array,
    Map,
    Set,
    Push,
    Double,
    Boolean,
    VerbatimString,
    BigNumber,
    Attribute,
}
#pragma warning restore CA1720
