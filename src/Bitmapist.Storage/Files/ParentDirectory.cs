namespace Bitmapist.Storage.Files;

/// <summary>The directory that a file is in.</summary>
public static class ParentDirectory
{
    /// <summary>The full path of a file's directory, also of a relative path's.</summary>
    public static string Of(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
