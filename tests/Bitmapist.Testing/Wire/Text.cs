using System.Globalization;
using System.Text;

namespace Bitmapist.Testing.Wire;

/// <summary>Bytes as readable text: printable ASCII as it is, the rest as \n, \r, \t or \xHH. One way only.</summary>
public static class Text
{
    /// <summary>Shows bytes; a backslash becomes two, a single quote is escaped too.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (byte value in bytes)
        {
            switch (value)
            {
                case (byte)'\n': text.Append("\\n"); break;
                case (byte)'\r': text.Append("\\r"); break;
                case (byte)'\t': text.Append("\\t"); break;
                case (byte)'\\': text.Append("\\\\"); break;
                case (byte)'\'': text.Append("\\'"); break;
                case >= 0x20 and < 0x7f: text.Append((char)value); break;
                default: text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"); break;
            }
        }
        return text.ToString();
    }

    /// <summary>As <see cref="Escape"/>, cut in the middle when longer than <paramref name="charsMax"/>.</summary>
    public static string Excerpt(ReadOnlySpan<byte> bytes, int charsMax)
    {
        if (bytes.Length <= charsMax) return Escape(bytes);
        return $"{Escape(bytes[..(charsMax / 2)])} … {Escape(bytes[^(charsMax / 2)..])} ({bytes.Length} bytes)";
    }
}
