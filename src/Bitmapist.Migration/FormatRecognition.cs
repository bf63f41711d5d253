using Bitmapist.Migration.Aof;
using Bitmapist.Migration.GoServer;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration;

/// <summary>Tells files apart by their first bytes.</summary>
public static class FormatRecognition
{
    private const int StartBytes = 64; // the longest of what is looked for, a line of a manifest, needs some thirty

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
        Span<byte> start = stackalloc byte[StartBytes];
        start = start[..file.Read(0, start)];
        if (start.IsEmpty) return FileFormat.Empty;
        if (start.StartsWith("BMAPDB\r\n"u8)) return FileFormat.Own;
        if (RdbHeader.TryRead(start, out _)) return FileFormat.Rdb;
        if (AofReader.IsBegunBy(start)) return FileFormat.AppendOnlyFile;
        if (AofManifest.IsBegunBy(start)) return FileFormat.AppendOnlyManifest;
        return BoltMeta.IsBolt(file) ? FileFormat.GoServer : FileFormat.Unknown;
    }
}
