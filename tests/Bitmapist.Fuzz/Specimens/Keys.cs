using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>Keys as short texts that can be compared: database and name, and what it holds.</summary>
internal static class Keys
{
    /// <summary>A key's name with its database.</summary>
    public static string Name(int database, ReadOnlySpan<byte> name) =>
        string.Create(CultureInfo.InvariantCulture, $"{database}/{Encoding.Latin1.GetString(name)}");

    /// <summary>A string and its expiry time: length, hash of its bytes, time.</summary>
    public static string Value(ReadOnlySpan<byte> bytes, long expiresAtUnixMs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{bytes.Length}:{Convert.ToHexString(SHA256.HashData(bytes)[..8])}@{expiresAtUnixMs}");

    /// <summary>The same of a value as the engine has it; its bits must be a valid bitmap.</summary>
    public static string Value(in StringValue value, long expiresAtUnixMs)
    {
        value.Bits.Validate();
        byte[] bytes = new byte[value.LengthBytes];
        for (int at = 0; at < bytes.Length; at += StringBytes.ChunkBytes)
            StringBytes.CopyTo(value.Bits, at, bytes.AsSpan(at, Math.Min(StringBytes.ChunkBytes, bytes.Length - at)));
        return Value(bytes, expiresAtUnixMs);
    }

    /// <summary>All keys of a state in one text.</summary>
    public static string State(IEnumerable<KeyValuePair<string, string>> keys) =>
        string.Join('\n', keys.OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => $"{key.Key}={key.Value}"));
}
