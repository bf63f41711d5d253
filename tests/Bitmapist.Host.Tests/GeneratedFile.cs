namespace Bitmapist.Host.Tests;

/// <summary>Files of the repository that are written from declarations. BITMAPIST_WRITE_DOCS=1 writes them.</summary>
internal static class GeneratedFile
{
    private static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "BitmapistServer.sln"))) folder = folder.Parent;
            return folder.FullName;
        }
    }

    /// <summary>Requires that a file be what the declarations say.</summary>
    public static void Compare(string path, string expected)
    {
        path = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("BITMAPIST_WRITE_DOCS") == "1") File.WriteAllText(path, expected);
        Assert.Equal(expected, File.Exists(path) ? File.ReadAllText(path) : "");
    }

    /// <summary>The same for what is between the marks of a section, such as <c>&lt;!-- settings --&gt;</c>.</summary>
    public static void CompareSection(string path, string name, string expected)
    {
        string begin = $"<!-- {name} -->\n", end = $"<!-- /{name} -->\n";
        string text = File.ReadAllText(Path.Combine(Root, path));
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int to = text.IndexOf(end, StringComparison.Ordinal);
        Compare(path, text[..from] + expected + text[to..]);
    }
}
