namespace Bitmapist.Host;

/// <summary>
/// Paths without symbolic links: a database's log and lock are named after its file, so every way to the file must give
/// the same name.
/// </summary>
internal static class RealPath
{
    private const int LinksMax = 40; // as Linux

    /// <summary>The full path with every link in it followed; what does not exist yet is taken as it is.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        for (int i = 0; i < LinksMax; i++)
        {
            string? followed = FollowFirst(full);
            if (followed is null) return full;
            full = followed;
        }

        return full; // a circle of links: opening it will say so
    }

    private static string? FollowFirst(string full)
    {
        for (int end = full.IndexOf('/', 1); ; end = full.IndexOf('/', end + 1))
        {
            string part = end < 0 ? full : full[..end];
            if (new FileInfo(part).LinkTarget is { } target)
            {
                string resolved = Path.GetFullPath(target, Path.GetDirectoryName(part) ?? "/");
                return end < 0 ? resolved : Path.GetFullPath(resolved + full[end..]);
            }

            if (end < 0) return null;
        }
    }
}
