using Bitmapist.Migration.GoServer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration;

/// <summary>Tells files apart by their first bytes.</summary>
public static class FormatRecognition
{
    private const int MagicBytes = 9; // "REDIS" and four digits, the longest

    /// <summary>What the file at a path is.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static FileFormat Recognise(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IFile file = files.Open(path, FileOpen.ReadExisting);
        return Recognise(file);
    }

    internal static FileFormat Recognise(IFile file)
    {
        Span<byte> start = stackalloc byte[MagicBytes];
        start = start[..file.Read(0, start)];
        if (start.IsEmpty) return FileFormat.Empty;
        if (start.StartsWith("BMAPDB\r\n"u8)) return FileFormat.Own;
        if (IsRdb(start)) return FileFormat.Rdb;
        return BoltMeta.IsBolt(file) ? FileFormat.GoServer : FileFormat.Unknown;
    }

    private static bool IsRdb(ReadOnlySpan<byte> start) =>
        start.Length == MagicBytes && start.StartsWith("REDIS"u8)
        && start["REDIS".Length..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
