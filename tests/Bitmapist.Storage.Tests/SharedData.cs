namespace Bitmapist.Storage.Tests;

/// <summary>
/// Data sets kept beside the repository, in ../shared/data as seen from its root; they may be absent.
/// </summary>
internal static class SharedData
{
    /// <summary>The full path of a file or folder there, or null.</summary>
    public static string? Find(string name)
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "BitmapistServer.sln")))
            directory = directory.Parent;
        if (directory is null) return null;
        string path = Path.GetFullPath(Path.Combine(directory.FullName, "..", "shared", "data", name));
        return Path.Exists(path) ? path : null;
    }
}
