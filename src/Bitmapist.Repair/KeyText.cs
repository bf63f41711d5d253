using System.Globalization;
using System.Text;

namespace Bitmapist.Repair;

/// <summary>Keys as reports name them.</summary>
internal static class KeyText
{
    private const int ShownBytes = 256;

    /// <summary><c>key "trackist_a" of database 0</c></summary>
    public static string Of(int database, ReadOnlySpan<byte> name) =>
        string.Create(CultureInfo.InvariantCulture, $"key {Quoted(name)} of database {database}");

    /// <summary>
    /// <c>"trackist_a"</c>: printable ASCII as it is, other bytes as \xHH; a long name's first 256 bytes.
    /// </summary>
    public static string Quoted(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder("\"");
        foreach (byte value in name[..Math.Min(name.Length, ShownBytes)])
        {
            if (value is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\') text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        if (name.Length > ShownBytes) text.Append('…');
        return text.Append('"').ToString();
    }
}
