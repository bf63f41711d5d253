using System.Runtime.InteropServices;

namespace Bitmapist.Storage.Files;

/// <summary>fsync of a directory, which .NET offers no way to open.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0; // O_RDONLY on every Unix
    private const int InvalidArgument = 22; // EINVAL: this file system has no directory sync, and needs none

    public static void Sync(string directory)
    {
        int descriptor = Open(directory, ReadOnly);
        if (descriptor < 0) throw Failed(directory, "cannot be opened for syncing");
        try
        {
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw Failed(directory, "cannot be synced");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static StorageException Failed(string directory, string what) =>
        new(directory, null, $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
