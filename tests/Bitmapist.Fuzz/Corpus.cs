namespace Bitmapist.Fuzz;

/// <summary>
/// The kept inputs of a target, one file each, named for the behaviour they once broke or might break.
/// </summary>
public static class Corpus
{
    /// <summary>The files of a target's corpus in the source tree, in a stable order.</summary>
    /// <exception cref="DirectoryNotFoundException">The program does not run inside the source tree.</exception>
    public static IReadOnlyList<string> Files(IFuzzTarget target)
    {
        string[] files = Directory.GetFiles(Folder(target));
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>The folder of a target's corpus in the source tree.</summary>
    /// <exception cref="DirectoryNotFoundException">The program does not run inside the source tree.</exception>
    public static string Folder(IFuzzTarget target)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BitmapistServer.sln")))
            folder = folder.Parent;
        if (folder is null)
            throw new DirectoryNotFoundException($"No BitmapistServer.sln above {AppContext.BaseDirectory}.");
        return Path.Combine(folder.FullName, "tests", "Bitmapist.Fuzz", "corpus", target.Name);
    }
}
