using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Rdb;

/// <summary>Reads an RDB file forwards, with the checksum of what was read. One thread.</summary>
internal sealed class RdbInput(IFile file)
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private long _bufferStart; // position in the file of the buffer's first byte
    private int _next;
    private int _end;
    private int _summed; // of the buffer, in the checksum
    private ulong _checksum;

    public string Path => file.Path;

    public long Length { get; } = file.Length;

    /// <summary>Offset of the next byte.</summary>
    public long Position => _bufferStart + _next;

    /// <summary>CRC-64 of everything before <see cref="Position"/>.</summary>
    public ulong Checksum
    {
        get
        {
            _checksum = Crc64.Append(_checksum, _buffer.AsSpan(_summed, _next - _summed));
            _summed = _next;
            return _checksum;
        }
    }

    /// <summary>A refusal that names the file and where reading stands.</summary>
    public CorruptFileException Corrupt(string reason) => new(FileDefect.Damaged, Path, Position, reason);

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
    public void Skip(long bytes)
    {
        RequireRemaining(bytes);
        while (bytes > 0) bytes -= ReadPiece(bytes).Length;
    }

    /// <summary>Hands the next bytes to the sink.</summary>
    public void CopyTo(IByteSink sink, long bytes)
    {
        RequireRemaining(bytes);
        while (bytes > 0)
        {
            ReadOnlySpan<byte> piece = ReadPiece(bytes);
            sink.Append(piece);
            bytes -= piece.Length;
        }
    }

    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Read(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Refuses when the file ends before so many more bytes.</summary>
    public void RequireRemaining(long bytes)
    {
        if (bytes < 0 || bytes > Length - Position)
            throw Corrupt($"file ends after {Length - Position} of the {(ulong)bytes} bytes announced here");
    }

    private void Fill()
    {
        _ = Checksum;
        _bufferStart += _end;
        _next = _summed = 0;
        _end = file.Read(_bufferStart, _buffer);
        if (_end == 0) throw new CorruptFileException(FileDefect.Damaged, Path, _bufferStart, "file ends unexpectedly");
    }
}
