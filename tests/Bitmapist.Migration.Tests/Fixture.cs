using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Runtime.InteropServices;

namespace Bitmapist.Migration.Tests;

/// <summary>Databases that the Go server wrote, with what they must contain.</summary>
internal static class Fixture
{
    public static byte[] Database(string name) => Unpacked(name + ".db.gz");

    /// <summary>Key in hexadecimal → what must be under it.</summary>
    public static SortedDictionary<string, ExpectedKey> Expected(string name)
    {
        byte[] json = name == "many" ? Unpacked("many.json.gz") : Raw(name + ".json");
        var keys = new SortedDictionary<string, ExpectedKey>(StringComparer.Ordinal);
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement key in document.RootElement.EnumerateArray())
        {
            keys.Add(
                Convert.ToHexString(key.GetProperty("key").GetBytesFromBase64()),
                new ExpectedKey(
                    key.GetProperty("count").GetInt64(),
                    key.GetProperty("ids_sha256").GetString()!,
                    key.GetProperty("expires").GetString() == "future"));
        }

        return keys;
    }

    /// <summary>SHA-256 of ids as little-endian numbers of 32 bits, in lower-case hexadecimal.</summary>
    public static string Hash(ReadOnlySpan<uint> ids) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids)));

    private static byte[] Unpacked(string name)
    {
        using var packed = new GZipStream(new MemoryStream(Raw(name)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Raw(string name)
    {
        using Stream stream = typeof(Fixture).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
