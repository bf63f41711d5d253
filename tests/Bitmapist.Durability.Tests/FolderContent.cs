namespace Bitmapist.Durability.Tests;

/// <summary>Everything in a folder, to be compared before and after: names, and the bytes of files.</summary>
internal static class FolderContent
{
    /// <summary>One line for each file or folder, sorted.</summary>
    public static string[] Of(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)}: {Content(path)}")];

    private static string Content(string path)
    {
        if (Directory.Exists(path)) return "folder";
        // A pipe or a device would be waited for.
        return File.ResolveLinkTarget(path, returnFinalTarget: false) is not null || new FileInfo(path).Length == 0
            ? "empty"
            : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
    }
}
