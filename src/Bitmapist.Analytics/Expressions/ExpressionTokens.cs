using System.Globalization;
using System.Text;

namespace Bitmapist.Analytics.Expressions;

/// <summary>What an expression consists of.</summary>
internal enum TokenKind
{
    End,

    /// <summary>A name: of a key, or of an event with a period.</summary>
    Word,

    /// <summary>A name in quotation marks: of a key, whatever its characters.</summary>
    Quoted,

    /// <summary>One of <c>&amp; | ^ - ~ ( )</c>.</summary>
    Sign,
}

/// <summary>Takes an expression apart.</summary>
/// <remarks>
/// Names have dashes in them (<c>active_2026-11</c>), so a dash is an operator only where it cannot belong to a name:
/// at a token's beginning. <c>a - b</c> and <c>a -b</c> take b from a; <c>a-b</c> is a name.
/// </remarks>
/// <param name="text">The expression.</param>
internal sealed class ExpressionTokens(string text)
{
    private const string Signs = "&|^~()";
    private int _next;

    /// <summary>What kind the present token is.</summary>
    public TokenKind Kind { get; private set; }

    /// <summary>Where it begins; the first character is 1.</summary>
    public int Position { get; private set; }

    /// <summary>A word as it stands, or what a quoted name means, or the sign.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Goes to the next token.</summary>
    /// <exception cref="ExpressionException">There is no such token.</exception>
    public void MoveNext()
    {
        while (_next < text.Length && IsSpace(text[_next])) _next++;
        Position = _next + 1;
        if (_next == text.Length)
        {
            (Kind, Text) = (TokenKind.End, "");
            return;
        }

        char first = text[_next];
        if (first == '-' || Signs.Contains(first, StringComparison.Ordinal))
        {
            (Kind, Text) = (TokenKind.Sign, text.Substring(_next++, 1));
        }
        else if (first == '"')
        {
            Kind = TokenKind.Quoted;
            Text = ReadQuoted();
        }
        else
        {
            int end = _next;
            while (end < text.Length && !IsEnd(text[end])) end++;
            (Kind, Text) = (TokenKind.Word, text[_next..end]);
            _next = end;
        }
    }

    /// <summary>Of ASCII only: other characters here are bytes of names in UTF-8.</summary>
    private static bool IsSpace(char character) => character is ' ' or (>= '\t' and <= '\r');

    private static bool IsEnd(char character) =>
        IsSpace(character) || character == '"' || Signs.Contains(character, StringComparison.Ordinal);

    /// <remarks>
    /// Bytes that are no text are written \xHH, as redis-cli shows them; one character here is one byte.
    /// </remarks>
    private string ReadQuoted()
    {
        var name = new StringBuilder();
        for (int i = _next + 1; i < text.Length; i++)
        {
            char character = text[i];
            if (character == '"')
            {
                _next = i + 1;
                return name.ToString();
            }

            if (character != '\\')
            {
                name.Append(character);
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] is '"' or '\\')
            {
                name.Append(text[++i]);
            }
            else if (i + 3 < text.Length && text[i + 1] == 'x' && byte.TryParse(
                text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                name.Append((char)value);
                i += 3;
            }
            else
            {
                throw new ExpressionException(i + 1, "expected \\\", \\\\ or \\xHH");
            }
        }

        throw new ExpressionException(Position, "the name in quotation marks has no end");
    }
}
