using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bitmapist.Storage.Files;

/// <summary>The key of <see cref="SipHash"/>, 128 bits.</summary>
/// <param name="Low">Its bytes 0 … 7, little-endian.</param>
/// <param name="High">Its bytes 8 … 15.</param>
public readonly record struct SipKey(ulong Low, ulong High)
{
    public const int Bytes = 16;

    /// <summary>A key that nobody can guess.</summary>
    public static SipKey NewRandom() => Read(RandomNumberGenerator.GetBytes(Bytes));

    public static SipKey Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], High);
    }
}
