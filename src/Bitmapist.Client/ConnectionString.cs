using System.Globalization;
using System.Net;
using System.Text;

namespace Bitmapist.Client;

/// <summary>
/// Reads connection strings. Not <see cref="Uri"/>'s rules: those change paths and hosts in ways that suit the web, and
/// their errors would show the password.
/// </summary>
internal static class ConnectionString
{
    private const string Known =
        "prefix, layout, db, name, hourly, unique, foreign, ownsPrefix, connectTimeoutMs, responseTimeoutMs";

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>See <see cref="BitmapistOptions.Parse"/>.</summary>
    public static BitmapistOptions Parse(string text)
    {
        var options = new BitmapistOptions();
        int question = text.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : text[(question + 1)..];
        string place = question < 0 ? text : text[..question];
        int schemeEnd = place.IndexOf("://", StringComparison.Ordinal);
        string scheme = schemeEnd < 0 ? "redis" : place[..schemeEnd].ToLowerInvariant();
        if (schemeEnd >= 0) place = place[(schemeEnd + 3)..];
        int slash = place.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? place : place[..slash];
        string path = slash < 0 ? "" : place[slash..];
        if (path.Contains('@', StringComparison.Ordinal) || query.Contains('@', StringComparison.Ordinal))
            throw Wrong("in user and password write / as %2F and ? as %3F; behind the host write @ as %40");
        switch (scheme)
        {
            case "redis" or "rediss":
                options.UseTls = scheme == "rediss";
                ReadHost(ReadUser(authority, options), options);
                if (path.Length > 1) options.Database = Number(path[1..], "database", 0, int.MaxValue);
                break;
            case "unix":
                if (ReadUser(authority, options).Length > 0 || path.Length < 2)
                    throw Wrong("a unix socket needs an absolute path: unix:///run/redis.sock");
                options.UnixSocketPath = Decode(path, "path");
                break;
            default:
                throw Wrong($"scheme \"{scheme}\" is none of redis, rediss, unix");
        }

        ReadQuery(query, options, hasDatabase: scheme != "unix" && path.Length > 1);
        return options;
    }

    /// <summary>Takes "user:password@" off an authority; returns the rest.</summary>
    private static string ReadUser(string authority, BitmapistOptions options)
    {
        int at = authority.LastIndexOf('@');
        if (at < 0) return authority;
        int colon = authority.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || colon > at)
            throw Wrong("there is a user and no password before \"@\"; write user:password@ or :password@");
        string user = Decode(authority[..colon], "user");
        options.User = user.Length > 0 ? user : null;
        options.Password = Decode(authority[(colon + 1)..at], "password");
        return authority[(at + 1)..];
    }

    private static void ReadHost(string text, BitmapistOptions options)
    {
        string host = text;
        string? port = null;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                throw Wrong("an IPv6 address must be of the form [::1] or [::1]:6379");
            host = text[1..close];
            if (!IPAddress.TryParse(host, out _)) throw Wrong($"\"{host}\" is no IPv6 address");
            if (close + 1 < text.Length) port = text[(close + 2)..];
        }
        else if (text.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon)
        {
            host = Decode(text[..colon], "host");
            port = text[(colon + 1)..];
            if (port.Contains(':', StringComparison.Ordinal))
                throw Wrong("the host has several colons; an IPv6 address needs brackets: [::1]:6379");
        }
        else
        {
            host = Decode(text, "host");
        }

        if (host.Length == 0) throw Wrong("the host is missing");
        if (host.Any(letter => letter <= ' ')) throw Wrong("the host has a space or control character in it");
        options.Host = host;
        if (port is not null) options.Port = Number(port, "port", 1, IPEndPoint.MaxPort);
    }

    private static void ReadQuery(string query, BitmapistOptions options, bool hasDatabase)
    {
        if (query.Length == 0) return;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in query.Split('&'))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = Decode(equals < 0 ? pair : pair[..equals], "name of an option");
            if (equals < 0) throw Wrong($"option \"{name}\" has no value");
            if (!seen.Add(name)) throw Wrong($"option \"{name}\" is given twice");
            string raw = pair[(equals + 1)..], value = Decode(raw, name);
            if (hasDatabase && name.Equals("db", StringComparison.OrdinalIgnoreCase))
                throw Wrong("the database is given twice, as path and as db");
            if (name.Equals("foreign", StringComparison.OrdinalIgnoreCase)) options.ForeignPrefixes = Prefixes(raw);
            else Set(options, name, value);
        }
    }

    private static void Set(BitmapistOptions options, string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "prefix":
                options.KeyPrefix = value;
                break;
            case "layout":
                options.Layout = LayoutOf(value);
                break;
            case "db":
                options.Database = Number(value, "database", 0, int.MaxValue);
                break;
            case "name":
                if (!BitmapistOptions.IsClientName(value))
                    throw Wrong("name must be printable ASCII without spaces");
                options.ClientName = value;
                break;
            case "hourly":
                options.TrackHourly = Truth(value, name);
                break;
            case "unique":
                options.TrackUnique = Truth(value, name);
                break;
            case "ownsprefix":
                options.OwnsPrefix = Truth(value, name);
                break;
            case "connecttimeoutms":
                options.ConnectTimeoutMs = Number(value, name, 1, ClientLimits.TimeoutMsMax);
                break;
            case "responsetimeoutms":
                options.ResponseTimeoutMs = Number(value, name, 1, ClientLimits.TimeoutMsMax);
                break;
            default:
                throw Wrong($"option \"{name}\" is none of {Known}");
        }
    }

    /// <summary>Split before it is decoded: a comma in a prefix is written as %2C.</summary>
    private static string[] Prefixes(string raw)
    {
        string[] prefixes = Array.ConvertAll(raw.Split(','), each => Decode(each, "foreign"));
        return Array.TrueForAll(prefixes, each => each.Length > 0)
            ? prefixes : throw Wrong("foreign has an empty prefix; write foreign=one_,other_");
    }

    private static KeyLayout LayoutOf(string value) =>
        value.Equals("bitmapist3", StringComparison.OrdinalIgnoreCase) ? KeyLayout.Bitmapist3
        : value.Equals("bitmapist4", StringComparison.OrdinalIgnoreCase) ? KeyLayout.Bitmapist4
        : throw Wrong($"layout must be bitmapist3 or bitmapist4, not \"{value}\"");

    private static bool Truth(string value, string name) =>
        bool.TryParse(value, out bool truth) ? truth : throw Wrong($"{name} must be true or false, not \"{value}\"");

    /// <summary>The text is not shown when it is wrong: it may be a password in the wrong place.</summary>
    private static int Number(string text, string what, int min, int max)
    {
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        if (isNumber && number >= min && number <= max) return number;
        throw Wrong(string.Create(CultureInfo.InvariantCulture, $"the {what} is not a number from {min} to {max:N0}"));
    }

    private static string Decode(string text, string what)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                bytes[length++] = bytes[i];
                continue;
            }

            // The value is not shown: it may be the password.
            if (i + 2 >= bytes.Length || !byte.TryParse(
                bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                throw Wrong($"a percent sign in the {what} is not followed by two hexadecimal digits; write it as %25");
            bytes[length++] = value;
            i += 2;
        }

        try
        {
            return s_strictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong($"the {what} is not UTF-8 once decoded");
        }
    }

    private static FormatException Wrong(string complaint) => new($"Connection string: {complaint}.");
}
