using System.Globalization;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>Every string that a server has, as lines that can be compared.</summary>
internal static class RedisStrings
{
    private const int Databases = 16;

    /// <summary>One line a key: database, name, value and expiry time; keys of other types are left out.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="toComparable">Applied to every expiry time, unix milliseconds or 0.</param>
    public static async Task<List<string>> ReadAsync(int port, Func<long, long>? toComparable = null)
    {
        var lines = new List<string>();
        using RawConnection connection = await RawConnection.ConnectAsync(port);
        for (int database = 0; database < Databases; database++)
        {
            await connection.AskAsync($"SELECT {database}");
            foreach (string shown in ReplyText.RenderItems(await connection.AskAsync("KEYS *")))
            {
                if (shown == "[]" || shown.Length == 0) continue;
                string name = '"' + shown[1..^1] + '"';
                List<byte[]> replies = await connection.AskAllAsync(
                    [$"TYPE {name}", $"GET {name}", $"PEXPIRETIME {name}"]);
                if (ReplyText.Render(replies[0]) != "+string") continue;
                long expiry = long.Parse(ReplyText.Render(replies[2])[1..], CultureInfo.InvariantCulture);
                byte[] value = ReplyText.BulkContent(replies[1])!;
                lines.Add(Line(database, shown[1..^1], value, Comparable(expiry, toComparable)));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The same of what was imported.</summary>
    public static List<string> Of(IEnumerable<ImportedKey> keys, Func<long, long>? toComparable = null)
    {
        List<string> lines = [.. keys.Select(key => Line(
            key.Database, Text.Escape(key.Name), Disk.Bytes(key), Comparable(key.ExpiresAtUnixMs, toComparable)))];
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static long Comparable(long expiry, Func<long, long>? toComparable)
    {
        long expiresAtUnixMs = Math.Max(0, expiry);
        return toComparable is null ? expiresAtUnixMs : toComparable(expiresAtUnixMs);
    }

    private static string Line(int database, string name, byte[] value, long expiresAtUnixMs) =>
        $"{database} {name} = {Convert.ToHexStringLower(value)} until {expiresAtUnixMs}";
}
