using System.Globalization;
using System.Text;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>
/// Strings of random bytes in a database of their own: enough that writing the file anew, or a copy of it, takes long
/// enough to be killed, and enough garbage, when they are replaced, that it is written anew at all.
/// </summary>
internal sealed class Ballast(int seed)
{
    private const int Database = 14;
    private const int Keys = 24;
    private const int StringBytes = 64 * 1024;
    private int _version;

    /// <summary>Replaces every string by another; returns when the server has acknowledged them all.</summary>
    /// <exception cref="CrashTestException">It does not.</exception>
    public async Task ReplaceAsync(RawConnection connection)
    {
        int version = _version + 1;
        await connection.AskAsync($"SELECT {Database}");
        await connection.SendBytesAsync(Enumerable.Range(0, Keys).SelectMany(key => Set(version, key)).ToArray());
        foreach (byte[] reply in await connection.ReceiveAsync(Keys))
        {
            if (!reply.AsSpan().SequenceEqual("+OK\r\n"u8))
                throw new CrashTestException($"SET of {StringBytes} bytes replied {ReplyText.Render(reply)}");
        }

        _version = version;
    }

    /// <summary>Puts strings where there are none yet.</summary>
    public Task EnsureAsync(RawConnection connection) =>
        _version == 0 ? ReplaceAsync(connection) : Task.CompletedTask;

    /// <summary>Compares what the server has with what it acknowledged last.</summary>
    /// <exception cref="CrashTestException">It has something else.</exception>
    public async Task CheckAsync(RawConnection connection)
    {
        await connection.AskAsync($"SELECT {Database}");
        List<byte[]> replies =
            await connection.AskAllAsync(Enumerable.Range(0, Keys).Select(key => $"GET {Name(key)}"));
        for (int key = 0; key < Keys; key++)
        {
            byte[] expected = _version == 0 ? [] : Content(_version, key);
            if ((ReplyText.BulkContent(replies[key]) ?? []).AsSpan().SequenceEqual(expected)) continue;
            throw new CrashTestException($"{Name(key)} is not the string acknowledged as version {_version}");
        }
    }

    private static string Name(int key) => $"ballast{key}";

    private byte[] Content(int version, int key)
    {
        byte[] content = new byte[StringBytes];
        new Random(SeedOf(version, key)).NextBytes(content);
        return content;
    }

    private int SeedOf(int version, int key) => unchecked((seed * 31) + (version * Keys) + key);

    private byte[] Set(int version, int key)
    {
        byte[] name = Encoding.ASCII.GetBytes(Name(key));
        return
        [
            .. "*3\r\n$3\r\nSET\r\n"u8, .. Bulk(name), .. Bulk(Content(version, key)),
        ];
    }

    private static byte[] Bulk(byte[] bytes)
    {
        string header = string.Create(CultureInfo.InvariantCulture, $"${bytes.Length}\r\n");
        return [.. Encoding.ASCII.GetBytes(header), .. bytes, .. "\r\n"u8];
    }
}
