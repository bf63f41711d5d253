using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Numbers;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// Adds to the integer that a string's bytes print, of 64 bits; a missing key is 0. The expiry time stays.
/// </summary>
/// <param name="session">The caller's.</param>
/// <param name="name">The key.</param>
/// <param name="increment">What is added.</param>
/// <param name="parse">Reads an integer as strictly as the caller's protocol does.</param>
public sealed class IntegerIncrement(
    Session session, ReadOnlyMemory<byte> name, long increment, IntegerParser parse) : StringEdit(session, name)
{
    private const int DigitsMax = 20; // "-9223372036854775808"

    /// <summary>What became of it.</summary>
    public IncrementOutcome Outcome { get; private set; }

    /// <summary>The sum, when it was stored.</summary>
    public long Sum { get; private set; }

    private protected override bool NeedsBits(long lengthBytes) => lengthBytes <= DigitsMax;

    private protected override void Apply(in KeyRef key, Entry? entry)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        long number = 0;
        if (entry is not null && (entry.LengthBytes > DigitsMax || !parse(Bytes(entry, digits), out number)))
        {
            Outcome = IncrementOutcome.NotANumber;
            return;
        }

        long sum = unchecked(number + increment);
        if (((number ^ sum) & (increment ^ sum)) < 0) // both have the other sign
        {
            Outcome = IncrementOutcome.Overflow;
            return;
        }

        bool isFormatted = Utf8Formatter.TryFormat(sum, digits, out int count);
        Debug.Assert(isFormatted, "Any number of 64 bits has room.");
        StringVerbs.PutShort(Session, key, entry, digits[..count], entry?.ExpiresAtUnixMs ?? 0);
        Session.Tell(KeyEvent.IncrementBy, key.Name);
        Session.Seal();
        Outcome = IncrementOutcome.Stored;
        Sum = sum;
    }
}

/// <summary>Reads an integer; false when the text is none.</summary>
public delegate bool IntegerParser(ReadOnlySpan<byte> text, out long value);

/// <summary>
/// Adds to the number that a string's bytes print, in the arithmetic of a long double; a missing key is 0. The expiry
/// time stays.
/// </summary>
/// <param name="session">The caller's.</param>
/// <param name="name">The key.</param>
/// <param name="increment">What is added.</param>
public sealed class RealIncrement(
    Session session, ReadOnlyMemory<byte> name, LongDouble increment) : StringEdit(session, name)
{
    /// <summary>What became of it.</summary>
    public IncrementOutcome Outcome { get; private set; }

    /// <summary>The sum in ASCII, when it was stored.</summary>
    public byte[] Sum { get; private set; } = [];

    private protected override bool NeedsBits(long lengthBytes) => lengthBytes <= LongDouble.TextBytesMax;

    private protected override void Apply(in KeyRef key, Entry? entry)
    {
        if (!TryRead(entry, out LongDouble number))
        {
            Outcome = IncrementOutcome.NotANumber;
            return;
        }

        LongDouble sum = number + increment;
        if (!sum.IsFinite)
        {
            Outcome = IncrementOutcome.Overflow;
            return;
        }

        Sum = Encoding.ASCII.GetBytes(sum.ToString());
        StringVerbs.PutShort(Session, key, entry, Sum, entry?.ExpiresAtUnixMs ?? 0);
        Session.Tell(KeyEvent.IncrementByFloat, key.Name);
        Session.Seal();
        Outcome = IncrementOutcome.Stored;
    }

    private static bool TryRead(Entry? entry, out LongDouble number)
    {
        Span<byte> text = stackalloc byte[LongDouble.TextBytesMax];
        number = default;
        if (entry is null) return true;
        return entry.LengthBytes <= text.Length && LongDouble.TryParse(Bytes(entry, text), out number);
    }
}

/// <summary>What became of an increment.</summary>
public enum IncrementOutcome
{
    Stored,

    /// <summary>The string is no number of the kind; nothing is changed.</summary>
    NotANumber,

    /// <summary>The sum is none; nothing is changed.</summary>
    Overflow,
}
