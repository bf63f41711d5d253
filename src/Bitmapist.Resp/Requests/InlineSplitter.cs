namespace Bitmapist.Resp.Requests;

/// <summary>
/// Splits an inline request into arguments with the quoting of Redis 7.0 (its sdssplitargs): double quotes know
/// \n \r \t \a \b \xHH and \ before anything else, single quotes know \' only, a quote may open in the middle of an
/// argument, and after a closing quote only white space or the end may follow.
/// </summary>
internal static class InlineSplitter
{
    /// <summary>
    /// Writes the unquoted arguments one after the other into <paramref name="arguments"/>, which must be as long as
    /// the line (unquoting never lengthens), and their places into <paramref name="slices"/>. O(line).
    /// </summary>
    /// <returns>The number of arguments, or −1 when the quotes are unbalanced.</returns>
    public static int Split(ReadOnlySpan<byte> line, Span<byte> arguments, ref Request.Slice[] slices)
    {
        int count = 0;
        int read = 0;
        int written = 0;
        while (true)
        {
            while (read < line.Length && IsSpace(line[read])) read++;
            if (read == line.Length) return count;

            int start = written;
            if (!ReadArgument(line, ref read, arguments, ref written)) return -1;
            Request.Store(ref slices, count++, start, written - start);
        }
    }

    private static bool ReadArgument(ReadOnlySpan<byte> line, ref int read, Span<byte> arguments, ref int written)
    {
        while (read < line.Length)
        {
            byte character = line[read++];
            switch (character)
            {
                // Unlike between arguments, vertical tab and form feed are ordinary characters inside one.
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    return true;
                case (byte)'"':
                    return ReadDoubleQuoted(line, ref read, arguments, ref written) && EndsHere(line, read);
                case (byte)'\'':
                    return ReadSingleQuoted(line, ref read, arguments, ref written) && EndsHere(line, read);
                default:
                    arguments[written++] = character;
                    break;
            }
        }

        return true;
    }

    private static bool ReadDoubleQuoted(ReadOnlySpan<byte> line, ref int read, Span<byte> arguments, ref int written)
    {
        while (read < line.Length)
        {
            byte character = line[read++];
            if (character == (byte)'"') return true;
            if (character == (byte)'\\' && read < line.Length) character = ReadEscape(line, ref read);
            arguments[written++] = character;
        }

        return false;
    }

    private static bool ReadSingleQuoted(ReadOnlySpan<byte> line, ref int read, Span<byte> arguments, ref int written)
    {
        while (read < line.Length)
        {
            byte character = line[read++];
            if (character == (byte)'\'') return true;
            if (character == (byte)'\\' && read < line.Length && line[read] == (byte)'\'') character = line[read++];
            arguments[written++] = character;
        }

        return false;
    }

    private static byte ReadEscape(ReadOnlySpan<byte> line, ref int read)
    {
        byte escaped = line[read++];
        if (escaped == (byte)'x' && read + 1 < line.Length &&
            char.IsAsciiHexDigit((char)line[read]) && char.IsAsciiHexDigit((char)line[read + 1]))
        {
            int value = HexValue(line[read]) * 16 + HexValue(line[read + 1]);
            read += 2;
            return (byte)value;
        }

        return escaped switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            _ => escaped,
        };
    }

    private static int HexValue(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool EndsHere(ReadOnlySpan<byte> line, int read) => read == line.Length || IsSpace(line[read]);

    // C's isspace in the "C" locale: space and \t \n \v \f \r.
    private static bool IsSpace(byte character) => character is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
