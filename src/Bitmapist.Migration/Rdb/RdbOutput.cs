using System.Buffers.Binary;
using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Rdb;

/// <summary>Writes a file from its beginning on, with the checksum of what was written. One thread.</summary>
internal sealed class RdbOutput(IFile file) : IByteSink
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _count;
    private long _flushed;
    private ulong _checksum;

    /// <summary>Bytes written so far.</summary>
    public long Position => _flushed + _count;

    public void Append(byte value)
    {
        if (_count == _buffer.Length) Flush();
        _buffer[_count++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_count == _buffer.Length) Flush();
            int taken = Math.Min(bytes.Length, _buffer.Length - _count);
            bytes[..taken].CopyTo(_buffer.AsSpan(_count));
            _count += taken;
            bytes = bytes[taken..];
        }
    }

    public void AppendLength(long length)
    {
        Span<byte> bytes = stackalloc byte[RdbLength.BytesMax];
        Append(bytes[..RdbLength.Write(bytes, length)]);
    }

    public void AppendInt64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Append(bytes);
    }

    /// <summary>Writes the checksum of everything before it and syncs the file.</summary>
    public void Finish()
    {
        Flush();
        AppendInt64((long)_checksum);
        Flush();
        file.Sync();
    }

    private void Flush()
    {
        ReadOnlySpan<byte> pending = _buffer.AsSpan(0, _count);
        _checksum = Crc64.Append(_checksum, pending);
        file.Write(_flushed, pending);
        _flushed += _count;
        _count = 0;
    }
}
