namespace Bitmapist.Testing.Servers;

/// <summary>Finds the repository that the running tests were built in, and files of it and beside it.</summary>
public static class RepositoryFiles
{
    /// <summary>The folder with BitmapistServer.sln, found upwards from the test's own files.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run outside the repository.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, whichever the running test was built as; its folder is bin/Debug/net10.0.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent?.Name ?? "Debug";

    /// <summary>A file of the test data kept beside the repository, or null where this machine has none.</summary>
    public static string? SharedData(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", name));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BitmapistServer.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No BitmapistServer.sln above {AppContext.BaseDirectory}.");
    }
}
