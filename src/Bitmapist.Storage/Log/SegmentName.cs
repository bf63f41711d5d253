using System.Globalization;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>Names of segment files: the database's path, ".log." and the sequence in at least six digits.</summary>
public static class SegmentName
{
    private const string Infix = ".log.";

    /// <summary>The path of a segment.</summary>
    public static string For(string databasePath, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{databasePath}{Infix}{sequence:D6}");

    /// <summary>The segments beside a database, by sequence; names that only look alike are left out.</summary>
    public static List<(long Sequence, string Path)> List(IFileSystem files, string databasePath)
    {
        ArgumentNullException.ThrowIfNull(files);
        string prefix = Path.GetFileName(databasePath) + Infix;
        List<(long Sequence, string Path)> segments = [];
        foreach (string path in files.List(ParentDirectory.Of(databasePath), prefix))
        {
            ReadOnlySpan<char> digits = Path.GetFileName(path.AsSpan())[prefix.Length..];
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
                && Path.GetFileName(For(databasePath, sequence)) == Path.GetFileName(path))
                segments.Add((sequence, path));
        }

        segments.Sort();
        return segments;
    }
}
