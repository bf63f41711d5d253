using Bitmapist.Client.Events;

namespace Bitmapist.Client.Keys;

/// <summary>
/// Names of keys, byte for byte those of the Python libraries. Both generations have the same rules; only the prefix
/// differs. Immutable.
/// </summary>
internal sealed class KeyNames(string prefix)
{
    /// <summary>What every key begins with.</summary>
    public string Prefix => prefix;

    /// <summary>What the name of every result of a bit operation begins with.</summary>
    public string TemporaryPrefix { get; } = prefix + "bitop_";

    /// <summary>The key of an event's marks.</summary>
    public string Of(EventShape.Stored stored) => $"{prefix}{stored.Name}_{stored.Suffix}";

    /// <summary>The key of an operation's result: the names of its operands, nested if they are results.</summary>
    public string OfResult(BitOperation operation, IEnumerable<string> operands) =>
        $"{TemporaryPrefix}{NameOf(operation)}_{string.Join('-', operands)}";

    /// <summary>The key that an event set's ids are, or would be, under. O(length of the name).</summary>
    public string Of(EventSet set) => set.Shape switch
    {
        EventShape.Stored stored => Of(stored),
        EventShape.Computed computed => OfResult(computed.Operation, computed.Operands.Select(Of)),
        _ => throw new InvalidOperationException($"No key for {set}."),
    };

    /// <summary>An event's name as the Python libraries read it from a key, or null where it is a result's.</summary>
    /// <remarks>
    /// It is what stands between the first underscore and the last. Where the prefix has an underscore before its end
    /// (<c>bitmapist__</c>), the name therefore begins with the rest of the prefix, in C# as in Python.
    /// </remarks>
    public string? EventNameOf(string key)
    {
        if (key.StartsWith(TemporaryPrefix, StringComparison.Ordinal)) return null;
        int first = key.IndexOf('_', StringComparison.Ordinal);
        int last = key.LastIndexOf('_');
        return last > first ? key[(first + 1)..last] : null;
    }

    /// <summary>BITOP's word for an operation, which is also part of the result's name.</summary>
    public static string NameOf(BitOperation operation) => operation switch
    {
        BitOperation.And => "AND",
        BitOperation.Or => "OR",
        BitOperation.Xor => "XOR",
        BitOperation.Not => "NOT",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation."),
    };
}
