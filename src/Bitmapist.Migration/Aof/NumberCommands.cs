using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands that count in strings. The expiry time stays.</summary>
internal static class NumberCommands
{
    // Redis formats a number of its long double with 17 digits behind the point into a buffer of this many bytes.
    private const int TextBytesMax = 5 * 1024;

    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("INCR", new(2, static (replay, command) => Add(replay, command, 1)));
        all.Add("DECR", new(2, static (replay, command) => Add(replay, command, -1)));
        all.Add("INCRBY", new(3, static (replay, command) => Add(replay, command, command.Integer(2))));
        all.Add("DECRBY", new(3, static (replay, command) => Add(replay, command, -(Int128)command.Integer(2))));
        all.Add("INCRBYFLOAT", new(3, AddReal)); // Redis logs the SET of its result
    }

    private static void Add(AofReplay replay, AofCommand command, Int128 increment)
    {
        byte[] name = command.Key(1);
        if (!AofCommand.TryParse(Text(replay, command, name), out long number))
            throw command.Refuse("counts in a string that is no number");
        Int128 sum = number + increment;
        if (sum < long.MinValue || sum > long.MaxValue) throw command.Refuse("would count beyond 64 bits");
        Put(replay, name, sum.ToString(CultureInfo.InvariantCulture));
    }

    private static void AddReal(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        if (!LongDouble.TryParse(Text(replay, command, name), out LongDouble number)
            || !LongDouble.TryParse(command.Text(2), out LongDouble increment))
        {
            throw command.Refuse("adds what is no number, or none of a common size");
        }

        Put(replay, name, (number + increment).ToString());
    }

    private static void Put(AofReplay replay, byte[] name, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        var value = new StringValue(bytes.Length, PendingBits.Ready(StringBytes.ToBits(bytes)));
        replay.Put(name, value, replay.Expiry(name));
    }

    private static string Text(AofReplay replay, AofCommand command, byte[] name)
    {
        if (replay.Find(name) is not { } value) return "0";
        if (value.LengthBytes > TextBytesMax) throw command.Refuse("counts in a string that is no number");
        byte[] bytes = new byte[value.LengthBytes];
        StringBytes.CopyTo(value.Bits, 0, bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}

/// <summary>
/// A number with a significand of 64 bits: the long double of x86-64, in which INCRBYFLOAT counts. Its exponent has no
/// bounds here; text beyond 10^±4000 is not taken, so none are met.
/// </summary>
internal readonly partial record struct LongDouble
{
    private const int SignificandBits = 64;
    private const int DecimalExponentMax = 4000;
    private const int DigitsMax = 17; // behind the point, as Redis prints one (util.c, ld2string)
    private readonly BigInteger _significand;
    private readonly int _exponent; // of two

    private LongDouble(BigInteger significand, int exponent)
    {
        _significand = significand;
        _exponent = exponent;
    }

    /// <summary>The nearest number to a decimal text, ties to even.</summary>
    public static bool TryParse(string text, out LongDouble number)
    {
        number = default;
        Match match = Decimal().Match(text);
        if (!match.Success) return false;
        string fraction = match.Groups["fraction"].Value;
        string digits = match.Groups["whole"].Value + fraction;
        if (digits.Length is 0 or > DecimalExponentMax) return false;
        int exponent = 0;
        if (match.Groups["exponent"] is { Success: true } written
            && (!int.TryParse(
                    written.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > DecimalExponentMax))
        {
            return false;
        }

        exponent -= fraction.Length;
        BigInteger value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (match.Groups["sign"].Value == "-") value = -value;
        number = exponent >= 0
            ? Rounded(value * BigInteger.Pow(10, exponent), BigInteger.One)
            : Rounded(value, BigInteger.Pow(10, -exponent));
        return true;
    }

    public static LongDouble operator +(LongDouble left, LongDouble right)
    {
        int exponent = Math.Min(left._exponent, right._exponent);
        BigInteger sum = (left._significand << (left._exponent - exponent))
            + (right._significand << (right._exponent - exponent));
        LongDouble rounded = Rounded(sum, BigInteger.One);
        return new LongDouble(rounded._significand, rounded._exponent + exponent);
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

    /// <summary>The nearest number to a fraction.</summary>
    private static LongDouble Rounded(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero) return default;
        BigInteger magnitude = BigInteger.Abs(numerator);
        // So many bits that the quotient has 64 or 65; one too many is rounded away below.
        int shift = (int)(magnitude.GetBitLength() - denominator.GetBitLength()) - SignificandBits;
        BigInteger quotient = Divided(magnitude, denominator, shift);
        if (quotient.GetBitLength() > SignificandBits) quotient = Divided(magnitude, denominator, ++shift);
        return new LongDouble(numerator.Sign * quotient, shift);
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

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]+))?$")]
    private static partial Regex Decimal();
}
