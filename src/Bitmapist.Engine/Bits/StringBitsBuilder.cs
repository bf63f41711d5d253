using System.Runtime.InteropServices;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Turns a string that comes in pieces into its bits, holding one chunk of bytes at a time. One thread; can be used
/// again after each <see cref="ToValue"/>.
/// </summary>
public sealed class StringBitsBuilder
{
    private readonly BitmapBuilder _bits = new();
    private readonly ulong[] _words = new ulong[StringBytes.ChunkBytes / sizeof(ulong)];
    private int _chunk;
    private int _count;

    /// <summary>Bytes appended since the last <see cref="ToValue"/>.</summary>
    public long LengthBytes => ((long)_chunk * StringBytes.ChunkBytes) + _count;

    /// <summary>Appends the string's next bytes; at most <see cref="Limits.StringBytes"/> in all.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LengthBytes + bytes.Length, Limits.StringBytes);
        Span<byte> chunk = MemoryMarshal.AsBytes(_words.AsSpan());
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, StringBytes.ChunkBytes - _count);
            bytes[..taken].CopyTo(chunk[_count..]);
            _count += taken;
            bytes = bytes[taken..];
            if (_count == StringBytes.ChunkBytes) FinishChunk();
        }
    }

    /// <summary>The string appended so far; the builder is empty again.</summary>
    public StringValue ToValue()
    {
        long lengthBytes = LengthBytes;
        if (_count > 0)
        {
            int wordEnd = (_count + sizeof(ulong) - 1) / sizeof(ulong) * sizeof(ulong);
            MemoryMarshal.AsBytes(_words.AsSpan())[_count..wordEnd].Clear(); // what an earlier chunk left there
            FinishChunk();
        }

        _chunk = 0;
        return new StringValue(lengthBytes, PendingBits.Ready(_bits.ToFrozen()));
    }

    private void FinishChunk()
    {
        int wordCount = (_count + sizeof(ulong) - 1) / sizeof(ulong);
        BitOrder.Convert(_words.AsSpan(0, wordCount));
        _bits.AppendWords(_chunk, _words.AsSpan(0, wordCount));
        _chunk++;
        _count = 0;
    }
}
