using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Bitmapist.Engine.Numbers;

/// <summary>
/// A number with a significand of 64 bits: the long double of x86-64, in which INCRBYFLOAT counts. Immutable. There is
/// no NaN: text that says so is no number, and an infinity may only be told apart from the others. Zero has no sign.
/// </summary>
public readonly partial record struct LongDouble
{
    /// <summary>Redis reads and writes a long double in a buffer of so many bytes, of which it ends with one.</summary>
    public const int TextBytesMax = (5 * 1024) - 1;

    private const int SignificandBits = 64;
    private const int DigitsMax = 17; // behind the point, as Redis prints one (util.c, ld2string)
    private const int ExponentEnd = 16_384; // 2^16384 is the first power of two that is infinite
    private const int TiniestExponent = -16_445; // of the least denormal number

    // Beyond, whatever digits a text may have: 5,119 of them and this exponent overflow, or come to nothing.
    private const int WrittenExponentMax = 25_000;

    private readonly BigInteger _significand;
    private readonly int _exponent; // of two

    private LongDouble(BigInteger significand, int exponent)
    {
        _significand = significand;
        _exponent = exponent;
    }

    /// <summary>False for what lies beyond the greatest number.</summary>
    public bool IsFinite => End <= ExponentEnd;

    /// <summary>As <see cref="TryParse(string, out LongDouble)"/>, of ASCII.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LongDouble number)
    {
        number = default;
        return text.Length <= TextBytesMax && TryParse(Encoding.Latin1.GetString(text), out number);
    }

    /// <summary>
    /// The nearest number to a text, ties to even, as the C library's strtold reads it: decimal, hexadecimal or the
    /// name of an infinity, without blanks around it.
    /// </summary>
    /// <returns>False for anything else, for what is too large to be finite, and for what is not zero and comes to
    /// zero.</returns>
    public static bool TryParse(string text, out LongDouble number)
    {
        number = default;
        if (text.Length > TextBytesMax) return false;
        Match match = Number().Match(text);
        if (!match.Success) return false;
        bool isNegative = match.Groups["sign"].Value == "-";
        if (match.Groups["infinity"].Success)
        {
            number = new LongDouble(isNegative ? BigInteger.MinusOne : BigInteger.One, ExponentEnd);
            return true;
        }

        bool isHexadecimal = match.Groups["hex"].Success;
        string fraction = match.Groups["fraction"].Value;
        string digits = match.Groups["whole"].Value + fraction;
        if (digits.Length == 0) return false;
        BigInteger value = isHexadecimal
            ? BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (value.IsZero)
        {
            number = Zero;
            return true;
        }

        int exponent = Exponent(match.Groups["exponent"].Value);
        if (isNegative) value = -value;
        number = isHexadecimal
            ? Rounded(value, BigInteger.One, exponent - (4 * fraction.Length))
            : Scaled(value, exponent - fraction.Length);
        return number.IsFinite && !number.IsNothing;
    }

    private static LongDouble Zero => new(BigInteger.Zero, 0);

    /// <summary>Whether it is so small that the nearest number is zero; half of the least one ties to that.</summary>
    private bool IsNothing =>
        End < TiniestExponent || (End == TiniestExponent && BigInteger.Abs(_significand).IsPowerOfTwo);

    /// <summary>The exponent of the least power of two that is greater.</summary>
    private long End => _exponent + BigInteger.Abs(_significand).GetBitLength(); // a negative number's could be less

    public static LongDouble operator +(LongDouble left, LongDouble right)
    {
        if (!left.IsFinite) return left;
        if (!right.IsFinite) return right;
        int exponent = Math.Min(left._exponent, right._exponent);
        BigInteger sum = (left._significand << (left._exponent - exponent))
            + (right._significand << (right._exponent - exponent));
        return Rounded(sum, BigInteger.One, exponent);
    }

    /// <summary>The number with up to 17 digits behind the point, without zeros at the end.</summary>
    public override string ToString()
    {
        BigInteger scaled = BigInteger.Abs(_significand) * BigInteger.Pow(10, DigitsMax);
        scaled = _exponent >= 0 ? scaled << _exponent : Divided(scaled, BigInteger.One << -_exponent);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(DigitsMax + 1, '0');
        string fraction = digits[^DigitsMax..].TrimEnd('0');
        string text = fraction.Length == 0 ? digits[..^DigitsMax] : $"{digits[..^DigitsMax]}.{fraction}";
        return _significand.Sign < 0 && !scaled.IsZero ? "-" + text : text;
    }

    private static int Exponent(string written)
    {
        if (written.Length == 0) return 0;
        var exponent = BigInteger.Parse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (int)BigInteger.Clamp(exponent, -WrittenExponentMax, WrittenExponentMax);
    }

    private static LongDouble Scaled(BigInteger value, int decimalExponent) => decimalExponent >= 0
        ? Rounded(value * BigInteger.Pow(10, decimalExponent), BigInteger.One, 0)
        : Rounded(value, BigInteger.Pow(10, -decimalExponent), 0);

    /// <summary>The nearest number to a fraction times a power of two.</summary>
    private static LongDouble Rounded(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero) return Zero;
        BigInteger magnitude = BigInteger.Abs(numerator);
        // So many bits that the quotient has 64 or 65; one too many is rounded away below.
        int shift = (int)(magnitude.GetBitLength() - denominator.GetBitLength()) - SignificandBits;
        BigInteger quotient = Divided(magnitude, denominator, shift);
        if (quotient.GetBitLength() > SignificandBits) quotient = Divided(magnitude, denominator, ++shift);
        return new LongDouble(numerator.Sign * quotient, shift + exponent);
    }

    private static BigInteger Divided(BigInteger numerator, BigInteger denominator, int shift) => shift >= 0
        ? Divided(numerator, denominator << shift)
        : Divided(numerator << -shift, denominator);

    /// <summary>The quotient to the nearest integer, ties to even.</summary>
    private static BigInteger Divided(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int order = (rest << 1).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    [GeneratedRegex(
        @"^(?<sign>[+-]?)("
        + @"(?<infinity>[iI][nN][fF]([iI][nN][iI][tT][yY])?)"
        + @"|(?<hex>0[xX])(?<whole>[0-9a-fA-F]*)(\.(?<fraction>[0-9a-fA-F]*))?([pP](?<exponent>[+-]?[0-9]+))?"
        + @"|(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]+))?)\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
