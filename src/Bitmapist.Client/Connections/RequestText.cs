using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Connections;

/// <summary>Names requests in errors. Reads what <see cref="RequestBatch"/> wrote, which is well-formed.</summary>
internal static class RequestText
{
    /// <summary>
    /// Command and first argument of a request, "SETBIT trackist_active_2026-1": short, and with what is not printable
    /// ASCII as \xHH. O(bytes before it).
    /// </summary>
    /// <param name="wire">The requests.</param>
    /// <param name="index">Which, from 0.</param>
    public static string At(ReadOnlySpan<byte> wire, int index)
    {
        int arguments = ReadHeader(ref wire);
        for (; index > 0; index--)
        {
            for (int i = 0; i < arguments; i++) ReadArgument(ref wire);
            arguments = ReadHeader(ref wire);
        }

        var text = new StringBuilder();
        AppendShown(text, ReadArgument(ref wire));
        if (arguments > 1) AppendShown(text.Append(' '), ReadArgument(ref wire));
        return text.ToString();
    }

    private static int ReadHeader(ref ReadOnlySpan<byte> wire)
    {
        bool isNumber = Utf8Parser.TryParse(wire[1..], out int value, out int digits);
        Debug.Assert(isNumber, "RequestBatch writes a length behind every marker.");
        wire = wire[(1 + digits + 2)..]; // marker, digits, CRLF
        return value;
    }

    private static ReadOnlySpan<byte> ReadArgument(ref ReadOnlySpan<byte> wire)
    {
        int length = ReadHeader(ref wire);
        ReadOnlySpan<byte> argument = wire[..length];
        wire = wire[(length + 2)..];
        return argument;
    }

    private static void AppendShown(StringBuilder text, ReadOnlySpan<byte> argument)
    {
        foreach (byte value in argument[..Math.Min(argument.Length, ClientLimits.ShownCharactersMax)])
        {
            if (value is >= 0x21 and < 0x7f) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        if (argument.Length > ClientLimits.ShownCharactersMax) text.Append('…');
    }
}
