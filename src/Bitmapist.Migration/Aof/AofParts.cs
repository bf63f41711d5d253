using System.Text.RegularExpressions;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Aof;

/// <summary>One of the files that are replayed one after another.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="IsLast">
/// No other follows: this one may end inside a command, as what a crash interrupted. Before another that would be a
/// gap.
/// </param>
internal readonly record struct AofPart(string Path, bool IsLast);

/// <summary>
/// Which files make up the append-only files that were asked for. Redis 7.0 keeps them in several parts, and one alone
/// lacks the newest keys or the oldest without showing it: so a part is refused, and the whole named.
/// </summary>
internal static partial class AofParts
{
    private const string ManifestSuffix = ".manifest";
    private const string UnfinishedPrefix = "temp-"; // of a manifest that Redis was about to put in place

    /// <summary>The manifest in a directory; null where the path is no directory with files.</summary>
    /// <exception cref="MigrationException">The directory has none, or several.</exception>
    public static string? ManifestIn(IFileSystem files, string directory)
    {
        IReadOnlyList<string> all;
        try
        {
            all = files.List(directory, "");
        }
        catch (StorageException)
        {
            return null; // no directory, or none that may be read: opening it says so
        }

        if (all.Count == 0) return null;
        return Manifests(all) switch
        {
            [string manifest] => manifest,
            [] => throw new MigrationException($"{directory} is a directory without a manifest of append-only files: "
                + "give the one that Redis's appenddirname names, or a file"),
            [string first, string second, ..] => throw new MigrationException(
                $"{directory} has several manifests of append-only files: give one, {first} or {second}"),
        };
    }

    /// <summary>The files that a manifest names, in the order of their replay.</summary>
    /// <exception cref="MigrationException">One of them is not there.</exception>
    /// <exception cref="CorruptFileException">The manifest makes no sense.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static List<AofPart> Of(IFileSystem files, string manifestPath)
    {
        var manifest = AofManifest.Read(files, manifestPath);
        string[] paths = [.. manifest.Files.Select(name => Path.Combine(Reading.DirectoryOf(manifestPath), name))];
        if (Array.Find(paths, path => !files.Exists(path)) is { } missing)
            throw new MigrationException($"{missing} is not there, which {manifestPath} names");
        return [.. paths.Select((path, index) => new AofPart(path, IsLast: index == paths.Length - 1))];
    }

    /// <summary>Refuses a file that is a part of several.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">An append-only file, or an RDB file.</param>
    /// <param name="isBase">It says of itself that it is the base of others.</param>
    /// <exception cref="MigrationException">It is one.</exception>
    public static void RefusePart(IFileSystem files, string path, bool isBase)
    {
        string name = Path.GetFileName(path);
        foreach (string manifestPath in Manifests(files.List(Reading.DirectoryOf(path), "")))
        {
            if (!IsNamedIn(files, manifestPath, name)) continue;
            throw new MigrationException($"{path} is one of several append-only files, which only together have every "
                + $"key: import {manifestPath}");
        }

        if (isBase || PartName().IsMatch(name))
        {
            throw new MigrationException($"{path} is {(isBase ? "the base" : "one")} of several append-only files, "
                + "and what is newer or older is in the others: import their directory, or the file *.manifest in it");
        }
    }

    private static string[] Manifests(IReadOnlyList<string> paths) =>
    [
        .. paths.Where(static path => path.EndsWith(ManifestSuffix, StringComparison.Ordinal)
            && !Path.GetFileName(path).StartsWith(UnfinishedPrefix, StringComparison.Ordinal)),
    ];

    private static bool IsNamedIn(IFileSystem files, string manifestPath, string name)
    {
        try
        {
            return AofManifest.Read(files, manifestPath).Names(name);
        }
        catch (Exception failure) when (failure is CorruptFileException or StorageException or MigrationException)
        {
            return false; // something else of that name
        }
    }

    [GeneratedRegex(@"\.[0-9]+\.(base\.(rdb|aof)|incr\.aof)$")]
    private static partial Regex PartName();
}
