using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Durability;

/// <summary>What a client is told of a failure of the disk: all but where the server keeps its files.</summary>
public static class FailureText
{
    /// <summary>The reason, with names of files but without their folders.</summary>
    public static string ForClient(Exception failure)
    {
        (string? path, string reason) = failure switch
        {
            StorageException storage => (storage.Path, storage.Reason),
            CorruptFileException corrupt => (corrupt.Path, corrupt.Reason),
            var other => (null, other.Message),
        };
        // The system's own texts name the file once more.
        string? folder = path is null ? null : Path.GetDirectoryName(Path.GetFullPath(path));
        if (string.IsNullOrEmpty(folder) || folder == "/") return reason;
        return reason.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .Replace(folder, "the database's folder", StringComparison.Ordinal);
    }
}
