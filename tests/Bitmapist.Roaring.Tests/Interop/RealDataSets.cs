using System.Formats.Tar;
using System.IO.Compression;

namespace Bitmapist.Roaring.Tests.Interop;

/// <summary>
/// The real roaring data sets (Chambi, Lemire, Kaser, Godin, arXiv:1402.6407), kept beside the repository because they
/// are other authors': 200 files each, one comma-separated ascending list of integers per file.
/// </summary>
internal static class RealDataSets
{
    public static readonly string[] Names = ["census1881", "census-income", "wikileaks-noquotes"];

    /// <summary>
    /// The id lists of a data set, in the order of the archive's file names; null where it is absent.
    /// </summary>
    public static uint[][]? TryRead(string name)
    {
        string? path = PathOf($"{name}.tar.gz");
        if (path is null) return null;
        SortedDictionary<string, uint[]> files = new(StringComparer.Ordinal);
        using GZipStream zip = new(File.OpenRead(path), CompressionMode.Decompress);
        using TarReader archive = new(zip);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            using StreamReader reader = new(entry.DataStream);
            string text = reader.ReadToEnd().Trim();
            if (text.Length > 0) files[entry.Name] = [.. text.Split(',').Select(uint.Parse)];
        }
        return [.. files.Values];
    }

    private static string? PathOf(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "BitmapistServer.sln"))) continue;
            string path = Path.Combine(folder.FullName, "..", "shared", "data", file);
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}
