using System.Runtime.InteropServices;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Makes a string from bytes that arrive piece by piece, keeping nothing but its one-bits and the last 8 KiB: so a
/// string of 512 MiB costs what its bits do. Reusable; one thread at a time.
/// </summary>
public sealed class StringAssembler
{
    private readonly ulong[] _chunk = new ulong[StringBytes.ChunkBytes / sizeof(ulong)];
    private BitmapBuilder _bits = new();
    private int _chunks; // whole ones, handed to the builder
    private int _count; // bytes of the next one

    /// <summary>Bytes so far, at most 512 MiB.</summary>
    public long LengthBytes => ((long)_chunks * StringBytes.ChunkBytes) + _count;

    /// <summary>Appends bytes. O(bytes).</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LengthBytes + bytes.Length, EngineLimits.StringBytes);
        while (!bytes.IsEmpty)
        {
            Span<byte> room = MemoryMarshal.AsBytes(_chunk.AsSpan())[_count..];
            int taken = Math.Min(room.Length, bytes.Length);
            bytes[..taken].CopyTo(room);
            bytes = bytes[taken..];
            _count += taken;
            if (_count == StringBytes.ChunkBytes) EndChunk();
        }
    }

    /// <summary>The string of what was appended; the assembler is empty afterwards.</summary>
    public StringValue ToValue()
    {
        long lengthBytes = LengthBytes;
        if (_count > 0) EndChunk();
        var value = new StringValue(lengthBytes, PendingBits.Ready(_bits.ToFrozen()));
        _chunks = 0;
        return value;
    }

    /// <summary>Forgets what was appended.</summary>
    public void Clear()
    {
        _bits = new BitmapBuilder();
        _chunks = 0;
        _count = 0;
    }

    private void EndChunk()
    {
        MemoryMarshal.AsBytes(_chunk.AsSpan())[_count..].Clear();
        Span<ulong> words = _chunk.AsSpan(0, (_count + sizeof(ulong) - 1) / sizeof(ulong));
        BitOrder.Convert(words);
        _bits.AppendWords(_chunks++, words);
        _count = 0;
    }
}
