using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Storage.Files;

/// <summary>
/// Calls of Unix whose failures .NET 10 does not report, seen by injecting them with strace: FlushToDisk and
/// Flush(true) return normally when fsync fails, File.Exists says no when stat fails, FileShare.None counts as a lock
/// where flock failed, and File.Move copies where rename fails with EXDEV. It opens no directories and has no way to
/// ask for a file's identity, either. Opening, reading, writing, truncating, unlinking and listing do report theirs,
/// and go through .NET. A failed close is not reported; nothing here relies on one: what matters was synced before.
/// <para>Each method returns 0 or the error number; none is to be called on Windows.</para>
/// </summary>
internal static partial class SystemCalls
{
    public const int NotPermitted = 1; // EPERM
    public const int NotFound = 2; // ENOENT
    public const int AlreadyThere = 17; // EEXIST
    public const int InvalidArgument = 22; // EINVAL
    public const int ReadOnlyFileSystem = 30; // EROFS
    private const int Interrupted = 4; // EINTR
    public const int NotADirectory = 20; // ENOTDIR
    private const int LockExclusive = 2; // LOCK_EX
    private const int LockNonBlocking = 4; // LOCK_NB
    private const int ReadOnly = 0; // O_RDONLY
    private const int ThatItExists = 0; // F_OK
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int OfDescriptor = 0x1000; // AT_EMPTY_PATH
    private const uint TypeAndNumber = 0x101; // STATX_TYPE | STATX_INO; the device always comes along
    private const int StatusBytes = 256; // struct statx, the same on every processor
    private const int ModeAt = 28, NumberAt = 32, DeviceAt = 136;
    private const int FileType = 0xF000, RegularFile = 0x8000; // S_IFMT, S_IFREG
    private const int FullSync = 51; // F_FULLFSYNC of macOS, whose fsync leaves the bytes in the drive's cache

    /// <summary>EAGAIN: another holder has the lock.</summary>
    public static int WouldBlock => OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>EOPNOTSUPP, which Linux also calls ENOTSUP.</summary>
    public static int NotSupported => OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>The system's text for an error number.</summary>
    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <summary>fsync, repeated when a signal interrupts it.</summary>
    public static int Sync(SafeFileHandle file)
    {
        while (true)
        {
            int error = SyncOnce(file);
            if (error != Interrupted) return error;
        }
    }

    /// <summary>fsync of a directory.</summary>
    public static int SyncDirectory(string path)
    {
        int descriptor;
        while ((descriptor = Open(path, ReadOnly)) < 0)
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted) return error;
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        return Sync(directory);
    }

    /// <summary>Takes an exclusive lock on an open file without waiting; asked again it is the same lock.</summary>
    public static int Lock(SafeFileHandle file)
    {
        while (true)
        {
            int error = ErrorOf(Flock(file, LockExclusive | LockNonBlocking));
            if (error != Interrupted) return error;
        }
    }

    /// <summary>Gives a file another name, replacing what had it; never copies.</summary>
    public static int Rename(string from, string to) => ErrorOf(RenameFile(from, to));

    /// <summary>Gives a file a second name, which nothing may have yet.</summary>
    public static int Link(string from, string to) => ErrorOf(LinkFile(from, to));

    /// <summary>Takes a name from a file.</summary>
    public static int Unlink(string path) => ErrorOf(UnlinkFile(path));

    /// <summary>Which file is open; on Linux alone.</summary>
    public static int Identify(SafeFileHandle file, out FileIdentity identity)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        int error = ErrorOf(StatusOf(file, "", OfDescriptor, TypeAndNumber, ref status[0]));
        identity = Read(status);
        return error;
    }

    /// <summary>Which file a path leads to; on Linux alone.</summary>
    public static int Identify(string path, out FileIdentity identity)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        int error = ErrorOf(StatusOf(CurrentDirectory, path, 0, TypeAndNumber, ref status[0]));
        identity = Read(status);
        return error;
    }

    /// <summary>Whether something has a name; links are followed.</summary>
    public static int Exists(string path, out bool exists)
    {
        int error = ErrorOf(Access(path, ThatItExists));
        exists = error == 0;
        return error is NotFound or NotADirectory ? 0 : error;
    }

    private static int SyncOnce(SafeFileHandle file)
    {
        if (OperatingSystem.IsMacOS())
        {
            int error = ErrorOf(Control(file, FullSync));
            // Not every file system has it; fsync is then all there is.
            if (error != InvalidArgument && error != NotSupported) return error;
        }

        return ErrorOf(Fsync(file));
    }

    private static FileIdentity Read(ReadOnlySpan<byte> status) => new(
        MemoryMarshal.Read<ulong>(status[DeviceAt..]), // major and minor, in whatever order
        MemoryMarshal.Read<ulong>(status[NumberAt..]),
        (MemoryMarshal.Read<ushort>(status[ModeAt..]) & FileType) == RegularFile);

    private static int ErrorOf(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    // A SafeHandle is passed as a machine word, of whose register an int parameter is the lower half.
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle descriptor);

    // Variadic in C; without a third argument the calling conventions are the same.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle descriptor, int command);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkFile(string path);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOf(
        SafeFileHandle folder, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOf(int folder, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}

/// <summary>What makes a file this one and no other, whatever its names: its device and its number there.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsRegular);
