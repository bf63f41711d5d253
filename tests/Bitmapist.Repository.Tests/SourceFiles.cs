using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>The repository's own files, without what builds leave behind.</summary>
internal static class SourceFiles
{
    private static readonly string[] s_folders = ["src", "samples", "tests", "benchmarks", "scripts"];

    /// <summary>Paths of files that match a pattern such as <c>*.cs</c>.</summary>
    public static List<string> Find(string pattern) =>
    [
        .. s_folders
            .Select(folder => Path.Combine(RepositoryFiles.Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal)
                && !path.Contains("/obj/", StringComparison.Ordinal)),
    ];

    /// <summary>A path as a reader of the repository writes it.</summary>
    public static string Shown(string path) => Path.GetRelativePath(RepositoryFiles.Root, path);
}
