namespace Bitmapist.Server.Commands.Keys;

/// <summary>
/// Items of a pattern that match one byte each, in order: a byte itself, any byte, or a class. Immutable.
/// </summary>
/// <param name="items">Below 256 the byte, then <see cref="Any"/>, then from <see cref="FirstClass"/> on a
/// class.</param>
/// <param name="classes">The pattern's classes.</param>
internal readonly struct GlobSingles(ReadOnlyMemory<int> items, List<ByteSet> classes)
{
    public const int Any = 256;
    public const int FirstClass = 257;

    public int Count => items.Length;

    /// <summary>Whether as many bytes match, each its item.</summary>
    public bool IsMatch(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> wanted = items.Span;
        for (int i = 0; i < wanted.Length; i++)
            if (wanted[i] != bytes[i] && !IsOther(wanted[i], bytes[i])) return false;
        return true;
    }

    /// <summary>The items up to the first that is no byte itself.</summary>
    public byte[] LiteralPrefix()
    {
        ReadOnlySpan<int> literal = items.Span;
        int count = literal.IndexOfAnyExceptInRange(byte.MinValue, byte.MaxValue);
        byte[] prefix = new byte[count < 0 ? literal.Length : count];
        for (int i = 0; i < prefix.Length; i++) prefix[i] = (byte)literal[i];
        return prefix;
    }

    /// <summary>The bytes that an item matches.</summary>
    public IEnumerable<byte> BytesOf(int index)
    {
        int item = items.Span[index];
        if (item < Any) return [(byte)item];
        IEnumerable<byte> all = Enumerable.Range(0, 256).Select(value => (byte)value);
        if (item == Any) return all;
        ByteSet set = classes[item - FirstClass];
        return all.Where(value => set.Contains(value));
    }

    private bool IsOther(int item, byte value) =>
        item == Any || (item >= FirstClass && classes[item - FirstClass].Contains(value));
}
