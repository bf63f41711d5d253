using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bitmapist.Server.Commands;

/// <summary>
/// A call's arguments as MONITOR and SLOWLOG show them to others: without passwords, and in the slow log few and short.
/// </summary>
internal static class ShownArguments
{
    private const int SlowLogArguments = 32; // Redis's SLOWLOG_ENTRY_MAX_ARGC
    private const int SlowLogBytes = 128; // Redis's SLOWLOG_ENTRY_MAX_STRING

    /// <summary>A line of MONITOR with its end: time, database, client, arguments as C would quote them.</summary>
    public static byte[] ForMonitor(ArgumentList args, DateTimeOffset now, int database, EndPoint? client)
    {
        var line = new StringBuilder();
        long microseconds = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        line.Append(CultureInfo.InvariantCulture, $"+{microseconds / 1_000_000}.{microseconds % 1_000_000:D6} ");
        line.Append(CultureInfo.InvariantCulture, $"[{database} {ClientAddress.Of(client)}]");
        for (int i = 0; i < args.Count; i++)
        {
            line.Append(" \"");
            if (SecretArguments.Contain(args, i)) line.Append(SecretArguments.Shown);
            else AppendQuoted(line, args[i]);
            line.Append('"');
        }

        return Encoding.Latin1.GetBytes(line.Append("\r\n").ToString());
    }

    /// <summary>Copies of the first arguments and of their first bytes, and how many more there are.</summary>
    public static List<byte[]> ForSlowLog(ArgumentList args)
    {
        var shown = new List<byte[]>();
        int count = Math.Min(args.Count, SlowLogArguments);
        for (int i = 0; i < count; i++)
        {
            if (args.Count > SlowLogArguments && i == SlowLogArguments - 1)
                shown.Add(More(default, args.Count - SlowLogArguments + 1, "arguments"));
            else if (SecretArguments.Contain(args, i))
                shown.Add(Encoding.ASCII.GetBytes(SecretArguments.Shown));
            else if (args[i].Length > SlowLogBytes)
                shown.Add(More(args[i][..SlowLogBytes], args[i].Length - SlowLogBytes, "bytes"));
            else
                shown.Add(args[i].ToArray());
        }

        return shown;
    }

    private static byte[] More(ReadOnlySpan<byte> shown, int count, string what)
    {
        string rest = string.Create(CultureInfo.InvariantCulture, $"... ({count} more {what})");
        return [.. shown, .. Encoding.ASCII.GetBytes(rest)];
    }

    private static void AppendQuoted(StringBuilder line, ReadOnlySpan<byte> argument)
    {
        foreach (byte character in argument)
        {
            string? escaped = character switch
            {
                (byte)'\\' => "\\\\",
                (byte)'"' => "\\\"",
                (byte)'\n' => "\\n",
                (byte)'\r' => "\\r",
                (byte)'\t' => "\\t",
                (byte)'\a' => "\\a",
                (byte)'\b' => "\\b",
                _ => null,
            };
            if (escaped is not null) line.Append(escaped);
            else if (character is >= (byte)' ' and <= (byte)'~') line.Append((char)character);
            else line.Append(CultureInfo.InvariantCulture, $"\\x{character:x2}");
        }
    }
}

/// <summary>A client's address as Redis writes one: ip:port, [ip]:port, path:0.</summary>
internal static class ClientAddress
{
    public static string Of(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => $"{ip.Address.MapToIPv4()}:{ip.Port}",
        IPEndPoint ip => ip.ToString(),
        UnixDomainSocketEndPoint unix => $"{unix}:0",
        null => "?:0",
        _ => endPoint.ToString() ?? "?:0",
    };
}
