using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Storage.Files;

/// <summary>A file of the machine, read and written at given positions without a shared cursor.</summary>
internal sealed class PhysicalFile(string path, SafeFileHandle handle) : IFile
{
    private volatile bool _syncFailed;

    public string Path => path;

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(handle);
            }
            catch (NotSupportedException e)
            {
                throw new StorageException(path, null, "is not a regular file", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StorageException(path, null, $"asking for its length failed: {e.Message}", e);
            }
        }
    }

    public FilePlace Place
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return PlaceByAge();
            int error = SystemCalls.Identify(path, out FileIdentity there);
            if (error is SystemCalls.NotFound or SystemCalls.NotADirectory) return FilePlace.Nothing;
            FileIdentity own = default;
            if (error == 0) error = SystemCalls.Identify(handle, out own);
            if (error != 0) throw new StorageException(path, null, $"cannot be looked at: {SystemCalls.Text(error)}");
            return there == own ? FilePlace.Own : FilePlace.Another;
        }
    }

    [UnsupportedOSPlatform("windows")]
    public UnixFileMode Permissions => File.GetUnixFileMode(handle);

    public int Read(long offset, Span<byte> buffer)
    {
        int total = 0;
        try
        {
            while (total < buffer.Length)
            {
                int count = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (count == 0) break;
                total += count;
            }

            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, offset + total, $"reading {buffer.Length} bytes failed: {e.Message}", e);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RefuseAfterFailedSync();
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is how .NET reports EFBIG: a file beyond what the system or a limit on the process allows.
            throw new StorageException(path, offset, $"writing {bytes.Length} bytes failed: {e.Message}", e);
        }
    }

    public void Sync()
    {
        RefuseAfterFailedSync();
        string? failure = OperatingSystem.IsWindows() ? FlushOnWindows() : Fsync();
        if (failure is null) return;
        _syncFailed = true;
        throw new StorageException(path, null, $"fsync failed: {failure}") { Cause = failure };
    }

    public void Truncate(long length)
    {
        RefuseAfterFailedSync();
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new StorageException(path, length, $"truncating failed: {e.Message}", e);
        }
    }

    public void Dispose() => handle.Dispose();

    private void RefuseAfterFailedSync()
    {
        if (_syncFailed) throw new StorageException(path, null, "refused: an earlier fsync of this file failed");
    }

    /// <summary>
    /// Elsewhere than on Linux: a file that was put in the place of this one was made at another time, or is not as
    /// long.
    /// </summary>
    private FilePlace PlaceByAge()
    {
        try
        {
            var there = new FileInfo(path);
            if (!there.Exists) return FilePlace.Nothing;
            bool isSame = there.CreationTimeUtc == File.GetCreationTimeUtc(handle) && there.Length == Length;
            return isSame ? FilePlace.Own : FilePlace.Another;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, null, $"cannot be looked at: {e.Message}", e);
        }
    }

    private string? Fsync()
    {
        int error = SystemCalls.Sync(handle);
        return error == 0 ? null : SystemCalls.Text(error);
    }

    /// <summary>Windows alone, where .NET throws when the system fails.</summary>
    private string? FlushOnWindows()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
