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

    /// <summary>The id lists of a data set, in the order of the archive's file names.</summary>
    public static uint[][] Read(string path)
    {
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
}
