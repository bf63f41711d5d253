using Bitmapist.Storage.Files;

namespace Bitmapist.Testing.Files;

/// <summary>An open file of a simulated disk.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem disk, string path, SimulatedNode node, bool readOnly) : IFile
{
    private bool _syncFailed;
    private bool _disposed;

    public string Path => path;

    public FilePlace Place => disk.PlaceOf(this);

    internal SimulatedNode Node => node;

    public long Length
    {
        get
        {
            lock (disk.Gate) return node.Length;
        }
    }

    public int Read(long offset, Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        disk.Reading?.Invoke(buffer.Length);
        lock (disk.Gate)
        {
            if (disk.ReadsFail(path)) throw SimulatedFileSystem.Failed(path, DiskFault.InputOutputError, offset);
            int count = (int)Math.Clamp(node.Length - offset, 0, buffer.Length);
            disk.ReadBytes += count;
            node.Content.AsSpan((int)Math.Min(offset, node.Length), count).CopyTo(buffer);
            return count;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RefuseWhereReal();
        lock (disk.Gate)
        {
            if (disk.WritesFail(path)) throw SimulatedFileSystem.Failed(path, DiskFault.NoSpace, offset);
            DiskFault? fault = disk.Record(DiskOperation.Write, path, offset, bytes.Length);
            if (fault is null or DiskFault.ShortWrite)
                node.Write(offset, fault is null ? bytes : bytes[..(bytes.Length / 2)]);
            if (fault is not null) throw SimulatedFileSystem.Failed(path, fault.Value, offset);
        }
    }

    public void Sync()
    {
        RefuseWhereReal();
        disk.Syncing?.Invoke(path);
        lock (disk.Gate)
        {
            DiskFault? fault = disk.Record(DiskOperation.Sync, path, 0, node.Length);
            _syncFailed = fault is not null;
            if (fault is not null) throw SimulatedFileSystem.Failed(path, fault.Value);
            node.Sync();
        }
    }

    public void Truncate(long length)
    {
        RefuseWhereReal();
        lock (disk.Gate)
        {
            DiskFault? fault = disk.Record(DiskOperation.Truncate, path, length, 0);
            if (fault is not null) throw SimulatedFileSystem.Failed(path, fault.Value, length);
            node.Truncate(length);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        disk.Closed(this);
    }

    private void RefuseWhereReal()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_syncFailed) throw new StorageException(path, null, "refused: an earlier fsync of this file failed");
        if (readOnly) throw new StorageException(path, null, "refused: opened for reading only");
    }
}
