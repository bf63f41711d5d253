using System.Buffers.Binary;
using System.Diagnostics;
using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Rdb;

/// <summary>What can be read in any order: a file, or bytes in memory.</summary>
internal interface IReadableBytes
{
    /// <summary>What refusals name.</summary>
    string Path { get; }

    /// <summary>Fills the buffer as far as there are bytes; returns how many, 0 at the end.</summary>
    int Read(long offset, Span<byte> buffer);
}

/// <summary>A file's bytes.</summary>
internal sealed class FileBytes(IFile file) : IReadableBytes
{
    public string Path => file.Path;

    public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);
}

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> bytes, string name) : IReadableBytes
{
    public string Path => name;

    public int Read(long offset, Span<byte> buffer)
    {
        ReadOnlySpan<byte> left = bytes.Span[(int)offset..];
        int count = Math.Min(left.Length, buffer.Length);
        left[..count].CopyTo(buffer);
        return count;
    }
}

/// <summary>Takes bytes as they come.</summary>
internal interface IByteSink
{
    void Append(ReadOnlySpan<byte> bytes);
}

/// <summary>
/// Reads a foreign file, or a part of one, with a buffer of 128 KiB. What lies behind the end that the file had when
/// this was made is not seen: its writer may go on. Keeps the checksum of what was read until the first
/// <see cref="Seek"/>. One thread.
/// </summary>
/// <param name="bytes">The file.</param>
/// <param name="start">Offset of the first byte.</param>
/// <param name="end">Offset behind the last byte, within the file.</param>
internal sealed class SourceInput(IReadableBytes bytes, long start, long end)
{
    private readonly byte[] _buffer = new byte[Math.Min(128 * 1024, Math.Max(1, end - start))];
    private long _bufferStart = start; // position in the file of the buffer's first byte
    private int _next;
    private int _end;
    private int _summed; // of the buffer, in the checksum
    private ulong _checksum;
    private bool _isSummed = true;

    /// <summary>Reads all of a file.</summary>
    public SourceInput(IFile file) : this(file, 0, file.Length)
    {
    }

    /// <summary>Reads a part of a file.</summary>
    public SourceInput(IFile file, long start, long end) : this(new FileBytes(file), start, end)
    {
    }

    public string Path => bytes.Path;

    /// <summary>Offset behind the last byte.</summary>
    public long End => end;

    /// <summary>Offset of the next byte.</summary>
    public long Position => _bufferStart + _next;

    public bool IsAtEnd => Position == end;

    /// <summary>CRC-64 of everything from the start to <see cref="Position"/>; only while nothing was sought.</summary>
    public ulong Checksum
    {
        get
        {
            Debug.Assert(_isSummed, "A checksum is over all bytes in order.");
            _checksum = Crc64.Append(_checksum, _buffer.AsSpan(_summed, _next - _summed));
            _summed = _next;
            return _checksum;
        }
    }

    /// <summary>A refusal that names the file and where reading is.</summary>
    public CorruptFileException Corrupt(string reason) => CorruptAt(Position, reason);

    /// <summary>A refusal that names the file and an offset in it.</summary>
    public CorruptFileException CorruptAt(long offset, string reason) =>
        new(FileDefect.Damaged, Path, offset, reason);

    /// <summary>A reader of its own for [<paramref name="from"/>, <paramref name="to"/>) of the same file.</summary>
    public SourceInput Part(long from, long to) => new(bytes, from, to);

    public byte ReadByte()
    {
        if (_next == _end) Fill();
        return _buffer[_next++];
    }

    /// <summary>Fills the buffer given.</summary>
    public void Read(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> piece = ReadPiece(destination.Length);
            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }
    }

    /// <summary>The next 1 … <paramref name="bytesMax"/> bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadPiece(long bytesMax)
    {
        if (_next == _end) Fill();
        ReadOnlySpan<byte> piece = _buffer.AsSpan(_next, (int)Math.Min(bytesMax, _end - _next));
        _next += piece.Length;
        return piece;
    }

    /// <summary>Passes over bytes; they count for the checksum.</summary>
    public void Skip(long count)
    {
        RequireRemaining(count);
        while (count > 0) count -= ReadPiece(count).Length;
    }

    /// <summary>Goes to an offset; there is no checksum from then on. O(1) within the buffer.</summary>
    public void Seek(long position)
    {
        Debug.Assert(position <= end, "Only within what is read here.");
        _isSummed = false;
        if (position >= _bufferStart && position <= _bufferStart + _end)
        {
            _next = (int)(position - _bufferStart);
            return;
        }

        _bufferStart = position;
        _next = _end = 0;
    }

    /// <summary>Hands the next bytes to the sink.</summary>
    public void CopyTo(IByteSink sink, long count)
    {
        RequireRemaining(count);
        while (count > 0)
        {
            ReadOnlySpan<byte> piece = ReadPiece(count);
            sink.Append(piece);
            count -= piece.Length;
        }
    }

    public int ReadInt32()
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        Read(four);
        return BinaryPrimitives.ReadInt32LittleEndian(four);
    }

    public long ReadInt64()
    {
        Span<byte> eight = stackalloc byte[sizeof(long)];
        Read(eight);
        return BinaryPrimitives.ReadInt64LittleEndian(eight);
    }

    /// <summary>Refuses when the file ends before so many more bytes.</summary>
    public void RequireRemaining(long count)
    {
        if (count < 0 || count > end - Position)
            throw Corrupt($"file ends after {end - Position} of the {(ulong)count} bytes announced here");
    }

    private void Fill()
    {
        if (_isSummed) _ = Checksum;
        _bufferStart += _end;
        _next = _summed = _end = 0;
        int wanted = (int)Math.Min(_buffer.Length, end - _bufferStart);
        if (wanted > 0) _end = bytes.Read(_bufferStart, _buffer.AsSpan(0, wanted));
        if (_end == 0) throw Corrupt("file ends unexpectedly");
    }
}
