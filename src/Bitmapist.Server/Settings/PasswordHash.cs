using System.Security.Cryptography;
using System.Text;

namespace Bitmapist.Server.Settings;

/// <summary>
/// What is kept of a password: its SHA-256, as in Redis's ACL files. Comparing takes the same time wherever two hashes
/// differ. Immutable.
/// </summary>
public sealed class PasswordHash : IEquatable<PasswordHash>
{
    /// <summary>Hexadecimal digits of a hash.</summary>
    internal const int Digits = 2 * SHA256.HashSizeInBytes;

    private readonly byte[] _hash;

    private PasswordHash(byte[] hash) => _hash = hash;

    /// <summary>The hash of a password. O(bytes).</summary>
    public static PasswordHash Of(ReadOnlySpan<byte> password) => new(SHA256.HashData(password));

    /// <summary>
    /// The hash of what a setting says: of a password, or the hash itself behind a #, as rules of users have it, so
    /// that a file of settings need not have passwords. Null for nothing: there is none.
    /// </summary>
    /// <param name="text">What it says.</param>
    /// <param name="bytes">The bytes of that, which the password is.</param>
    public static PasswordHash? OfSetting(string text, ReadOnlySpan<byte> bytes) => text switch
    {
        "" => null,
        ['#', .. var digits] when TryParse(digits) is { } hash => hash,
        _ => Of(bytes),
    };

    /// <summary>The same for text in UTF-8.</summary>
    public static PasswordHash? OfSetting(string text) => OfSetting(text, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads 64 digits, the letters in lower case as Redis has them; null for anything else.</summary>
    internal static PasswordHash? TryParse(string digits)
    {
        bool isHash = digits.Length == Digits && digits.All(char.IsAsciiHexDigitLower);
        return isHash ? new PasswordHash(Convert.FromHexString(digits)) : null;
    }

    public bool Equals(PasswordHash? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    public override bool Equals(object? obj) => Equals(obj as PasswordHash);

    public override int GetHashCode() => BitConverter.ToInt32(_hash);

    /// <summary>The 64 digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_hash);
}
