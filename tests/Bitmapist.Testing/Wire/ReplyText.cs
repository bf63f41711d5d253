using System.Globalization;
using System.Text;

namespace Bitmapist.Testing.Wire;

/// <summary>
/// A reply in one readable, unambiguous line for test tables. +OK, -ERR text, :5, (bignum, ,1.5 and #t stand as on the
/// wire; a bulk string is 'text' with \xHH for what is not printable; nil is $nil, *nil (RESP2) or _ (RESP3); [a, b] is
/// an array, {k => v} a map, ~[a, b] a set, &gt;[a, b] a push, =txt:'…' a verbatim string, !'…' a bulk error.
/// </summary>
public static class ReplyText
{
    /// <summary>Renders one whole reply.</summary>
    /// <exception cref="InvalidDataException">The bytes are not exactly one reply.</exception>
    public static string Render(ReadOnlySpan<byte> reply)
    {
        if (ReplyFraming.MeasureReply(reply) != reply.Length)
            throw new InvalidDataException("Not exactly one reply: " + Text.Excerpt(reply, 200));
        StringBuilder text = new();
        Append(reply, text);
        return text.ToString();
    }

    /// <summary>The rendered items of an array, set or push; of anything else, the reply itself alone.</summary>
    public static List<string> RenderItems(ReadOnlySpan<byte> reply)
    {
        if (reply[0] is not ((byte)'*' or (byte)'~' or (byte)'>')) return [Render(reply)];
        List<string> items = [];
        ReadOnlySpan<byte> rest = reply[(reply.IndexOf((byte)'\n') + 1)..];
        while (!rest.IsEmpty)
        {
            int itemBytes = ReplyFraming.MeasureReply(rest);
            items.Add(Render(rest[..itemBytes]));
            rest = rest[itemBytes..];
        }
        return items;
    }

    /// <summary>The content of a bulk string reply, or null where the reply is anything else.</summary>
    public static byte[]? BulkContent(ReadOnlySpan<byte> reply)
    {
        int header = reply.IndexOf((byte)'\n') + 1;
        return reply[0] == (byte)'$' && reply[1] != (byte)'-' ? reply[header..^2].ToArray() : null;
    }

    private static int Append(ReadOnlySpan<byte> reply, StringBuilder text)
    {
        int replyBytes = ReplyFraming.MeasureReply(reply);
        int lineBytes = reply.IndexOf("\r\n"u8);
        string header = Encoding.ASCII.GetString(reply[1..lineBytes]);
        char kind = (char)reply[0];
        switch (kind)
        {
            case '$' or '*' when header == "-1":
                text.Append(kind).Append("nil");
                break;
            case '$' or '!' or '=':
                AppendBlob(kind, reply[(lineBytes + 2)..(replyBytes - 2)], text);
                break;
            case '*' or '~' or '>':
                if (kind != '*') text.Append(kind);
                AppendItems(reply[(lineBytes + 2)..], int.Parse(header, CultureInfo.InvariantCulture), "[", "]", text);
                break;
            case '%' or '|':
                if (kind == '|') text.Append(kind);
                AppendMap(reply[(lineBytes + 2)..], int.Parse(header, CultureInfo.InvariantCulture), text);
                break;
            default:
                string line = Text.Escape(reply[1..lineBytes]);
                text.Append(kind).Append(line.Replace("\\'", "'", StringComparison.Ordinal));
                break;
        }
        return replyBytes;
    }

    private static void AppendBlob(char kind, ReadOnlySpan<byte> blob, StringBuilder text)
    {
        if (kind == '!') text.Append('!');
        if (kind == '=')
        {
            text.Append('=').Append(Encoding.ASCII.GetString(blob[..4]));
            blob = blob[4..];
        }
        text.Append('\'').Append(Text.Escape(blob)).Append('\'');
    }

    private static void AppendItems(ReadOnlySpan<byte> items, int count, string open, string close, StringBuilder text)
    {
        text.Append(open);
        for (int item = 0; item < count; item++)
        {
            if (item > 0) text.Append(", ");
            items = items[Append(items, text)..];
        }
        text.Append(close);
    }

    private static void AppendMap(ReadOnlySpan<byte> items, int pairs, StringBuilder text)
    {
        text.Append('{');
        for (int pair = 0; pair < pairs; pair++)
        {
            if (pair > 0) text.Append(", ");
            items = items[Append(items, text)..];
            text.Append(" => ");
            items = items[Append(items, text)..];
        }
        text.Append('}');
    }
}
