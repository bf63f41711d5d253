using System.Globalization;
using System.Text;
using Bitmapist.Analytics.Periods;

namespace Bitmapist.Analytics.Expressions;

/// <summary>
/// Reads expressions; docs/expressions.md has the grammar. From what binds tightest: <c>~</c> complement, <c>-</c>
/// difference, <c>&amp;</c> and, <c>^</c> exclusive or, <c>|</c> or. A name is a key's; one with <c>@</c> is an
/// event's, in the period behind it.
/// </summary>
public sealed class ExpressionParser
{
    private static readonly (string Sign, SetOperator Operator)[] s_levels =
    [
        ("|", SetOperator.Or), ("^", SetOperator.Xor), ("&", SetOperator.And), ("-", SetOperator.Difference),
    ];

    private readonly ExpressionTokens _tokens;
    private readonly EventKeys _names;
    private readonly DateTime _now;
    private readonly KeyList _keys;
    private readonly EventPeriod? _period; // of names without one; null: they are keys
    private int _depth;

    private ExpressionParser(string text, EventKeys names, DateTime now, KeyList keys, EventPeriod? period)
    {
        _tokens = new ExpressionTokens(text);
        _names = names;
        _now = now;
        _keys = keys;
        _period = period;
    }

    /// <summary>Reads an expression. O(characters + keys).</summary>
    /// <param name="text">Bytes, a character each.</param>
    /// <param name="names">How the keys of events are named.</param>
    /// <param name="now">The present moment, of UTC.</param>
    /// <exception cref="ExpressionException">It is none, or too large.</exception>
    public static ParsedExpression Parse(string text, EventKeys names, DateTime now)
    {
        var keys = new KeyList();
        return new ParsedExpression(new ExpressionParser(text, names, now, keys, period: null).Read(), keys.Names);
    }

    /// <summary>
    /// Reads an expression whose names are those of events, and are meant in a period unless they have one of their
    /// own.
    /// </summary>
    /// <param name="text">Bytes, a character each.</param>
    /// <param name="names">How the keys of events are named.</param>
    /// <param name="now">The present moment, of UTC.</param>
    /// <param name="period">The period.</param>
    /// <param name="keys">Where the keys are added.</param>
    /// <exception cref="ExpressionException">It is none, or too large.</exception>
    public static SetExpression ParseIn(
        string text, EventKeys names, DateTime now, EventPeriod period, KeyList keys) =>
        new ExpressionParser(text, names, now, keys, period).Read();

    private SetExpression Read()
    {
        _tokens.MoveNext();
        SetExpression root = ReadLevel(0);
        return _tokens.Kind == TokenKind.End ? root : throw Unexpected("an operator or the end");
    }

    private SetExpression ReadLevel(int level)
    {
        if (level == s_levels.Length) return ReadOperand();
        SetExpression first = ReadLevel(level + 1);
        if (!IsSign(s_levels[level].Sign)) return first;
        var operands = new List<SetExpression> { first };
        while (IsSign(s_levels[level].Sign))
        {
            _tokens.MoveNext();
            operands.Add(ReadLevel(level + 1));
        }

        return new SetExpression.Operation(s_levels[level].Operator, operands);
    }

    private SetExpression ReadOperand()
    {
        if (_tokens.Kind == TokenKind.Word) return ReadWord();
        if (_tokens.Kind == TokenKind.Quoted)
        {
            SetExpression key = KeyOf(_tokens.Text);
            _tokens.MoveNext();
            return key;
        }

        bool isComplement = IsSign("~");
        if (!isComplement && !IsSign("(")) throw Unexpected("a key, ~ or (");
        if (++_depth > AnalyticsLimits.DepthMax)
        {
            throw new ExpressionException(
                _tokens.Position, string.Create(CultureInfo.InvariantCulture,
                    $"parentheses and ~ may be nested {AnalyticsLimits.DepthMax} deep"));
        }

        _tokens.MoveNext();
        SetExpression inner = isComplement ? new SetExpression.Complement(ReadOperand()) : ReadLevel(0);
        if (!isComplement)
        {
            if (!IsSign(")")) throw Unexpected("an operator or )");
            _tokens.MoveNext();
        }

        _depth--;
        return inner;
    }

    private SetExpression ReadWord()
    {
        string word = _tokens.Text;
        int at = word.LastIndexOf('@');
        SetExpression read = at >= 0 ? ReadEvent(word[..at], word[(at + 1)..], _tokens.Position + at + 1)
            : _period is { } period ? AnyOf(word, period.Stored())
            : KeyOf(word);
        _tokens.MoveNext();
        return read;
    }

    private SetExpression ReadEvent(string name, string period, int position)
    {
        if (name.Length == 0) throw new ExpressionException(position - 1, "expected an event's name before @");
        if (period == EventKeys.FlagSuffix) return KeyOf(_names.OfFlag(name));
        int dots = period.IndexOf("..", StringComparison.Ordinal);
        EventPeriod first = ReadPeriod(dots < 0 ? period : period[..dots], position);
        if (dots < 0) return AnyOf(name, first.Stored());
        EventPeriod last = ReadPeriod(period[(dots + 2)..], position + dots + 2);
        if (last.Unit != first.Unit || last.Start < first.Start)
        {
            throw new ExpressionException(
                position + dots + 2, "the last period of a range must be of the first one's length, and not before it");
        }

        return AnyOf(name, Range(first, last).SelectMany(static one => one.Stored()));
    }

    private static IEnumerable<EventPeriod> Range(EventPeriod first, EventPeriod last)
    {
        EventPeriod period = first;
        yield return period;
        while (period.Start < last.Start) yield return period = period.Shift(1);
    }

    private EventPeriod ReadPeriod(string text, int position) => PeriodText.TryParse(text, _now, out EventPeriod? read)
        ? read.Value : throw new ExpressionException(position, $"expected {PeriodText.Expected}");

    private SetExpression AnyOf(string name, IEnumerable<EventPeriod> periods)
    {
        List<SetExpression> keys = [.. periods.Select(period => KeyOf(_names.Of(name, period)))];
        return keys.Count == 1 ? keys[0] : new SetExpression.Operation(SetOperator.Or, keys);
    }

    private SetExpression.Key KeyOf(string name) => KeyOf(Encoding.Latin1.GetBytes(name));

    private SetExpression.Key KeyOf(ReadOnlyMemory<byte> name) => _keys.TryAdd(name, out int index)
        ? new SetExpression.Key(index)
        : throw new ExpressionException(_tokens.Position, string.Create(
            CultureInfo.InvariantCulture,
            $"a question may name {AnalyticsLimits.KeysMax:N0} keys, {AnalyticsLimits.OperandsMax:N0} times in all"));

    private bool IsSign(string sign) => _tokens.Kind == TokenKind.Sign && _tokens.Text == sign;

    private ExpressionException Unexpected(string expected) => new(
        _tokens.Position, _tokens.Kind == TokenKind.End
            ? $"expected {expected}, and the expression ends" : $"expected {expected}, not '{Quoted(_tokens.Text)}'");

    private static string Quoted(string text) =>
        text.Length <= AnalyticsLimits.QuotedMax ? text : text[..AnalyticsLimits.QuotedMax];
}
