using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Storage.Files;

/// <summary>
/// Opens files that only their owner may read and write when they are made here: what is in a database, its log and its
/// backups is nobody else's business, whatever the process's umask says. Files that exist keep their permissions.
/// </summary>
internal static class PrivateFiles
{
    /// <summary>What a new file allows: 0600.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a file; it is made where <paramref name="mode"/> says so.</summary>
    public static SafeFileHandle Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        if (mode == FileMode.Open || OperatingSystem.IsWindows()) return File.OpenHandle(path, mode, access, share);
        // File.OpenHandle cannot say what a new file allows; a stream can, and its handle is all that is wanted of it.
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = mode, Access = access, Share = share, BufferSize = 0, UnixCreateMode = Mode,
        });
#pragma warning disable CA1816 // the stream's end must not be that of its handle, which is the caller's
        GC.SuppressFinalize(stream);
#pragma warning restore CA1816
        return stream.SafeFileHandle;
    }
}
