namespace Bitmapist.Crash;

/// <summary>A key's value; its bytes are never changed in place, so states may share them.</summary>
/// <param name="Bytes">The string.</param>
/// <param name="ExpiresAtUnixMs">When it expires, always far in the future; 0: never.</param>
internal sealed record StoredString(byte[] Bytes, long ExpiresAtUnixMs)
{
    public bool Equals(StoredString? other) =>
        other is not null && ExpiresAtUnixMs == other.ExpiresAtUnixMs && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode() => Bytes.Length;
}
