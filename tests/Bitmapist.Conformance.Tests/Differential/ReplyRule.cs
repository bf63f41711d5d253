namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>How the replies of two servers to the same command are compared.</summary>
public enum ReplyRule
{
    /// <summary>Byte for byte.</summary>
    Exact,

    /// <summary>The same items in any order, as KEYS may give them.</summary>
    AnyOrder,

    /// <summary>SCAN that ends at once: the same cursor, the same names in any order.</summary>
    OneScan,

    /// <summary>
    /// Integers that both depend on the moment of arrival: less than <see cref="ReplyComparison.ClockSkewMs"/> apart.
    /// </summary>
    NearInteger,

    /// <summary>Only the kind of reply, where the rest describes the server itself, as HELLO does.</summary>
    KindOnly,
}
