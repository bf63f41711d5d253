using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;

namespace Bitmapist.Client.Asking;

/// <summary>
/// A set of ids as the bytes of a Redis bitmap: id n is bit 7 − n % 8 of byte n / 8. Immutable, if the bytes are left
/// alone; safe for use by several threads.
/// </summary>
public sealed class IdBitmap : IEnumerable<uint>
{
    /// <summary>Bytes that hold the ids 0 … 2^32−1.</summary>
    internal const int BytesMax = (int)(uint.MaxValue / BitsPerByte) + 1;

    private const int BitsPerByte = 8;
    private const int BitsPerWord = 64;

    /// <summary>Takes bytes as GET gives them; they are not copied.</summary>
    /// <param name="bytes">Up to 512 MB, which hold the ids 0 … 2^32−1.</param>
    /// <exception cref="ArgumentException">More bytes than ids can need.</exception>
    public IdBitmap(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A bitmap has at most 512 MB, not {bytes.Length:N0} bytes."), nameof(bytes));
        }

        Bytes = bytes;
    }

    /// <summary>No ids.</summary>
    public static IdBitmap Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>The bytes in Redis's order; zeros may be at the end.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Counts the ids. O(bytes).</summary>
    public long Count()
    {
        ReadOnlySpan<byte> rest = Bytes.Span;
        long count = 0;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (byte value in rest) count += BitOperations.PopCount(value);
        return count;
    }

    /// <summary>Whether an id is in the set. O(1).</summary>
    /// <param name="id">The id.</param>
    public bool Contains(uint id)
    {
        int index = (int)(id / BitsPerByte);
        return index < Bytes.Length && (Bytes.Span[index] >> (BitsPerByte - 1 - (int)(id % BitsPerByte)) & 1) == 1;
    }

    /// <inheritdoc cref="Contains(uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public bool Contains(long id) => Contains(CheckedId.Of(id));

    /// <summary>The ids, ascending. O(bytes + ids).</summary>
    public IEnumerator<uint> GetEnumerator()
    {
        for (int index = 0; index < Bytes.Length; index += sizeof(ulong))
        {
            ulong word = WordAt(Bytes.Span[index..]);
            while (word != 0)
            {
                int bit = BitOperations.LeadingZeroCount(word);
                word &= ~(1UL << (BitsPerWord - 1 - bit));
                yield return (uint)((long)index * BitsPerByte + bit);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Up to eight bytes as a number, the first in front; those missing are zeros.</summary>
    internal static ulong WordAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong)) return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        bytes.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
