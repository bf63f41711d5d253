namespace Bitmapist.Bench.Report;

/// <summary>The part of a document that a run of the benchmark writes.</summary>
internal static class MeasuredDocument
{
    /// <summary>
    /// Replaces what is between the comments "scripts/bench: begin" and "scripts/bench: end", with the group's name
    /// behind "bench" if it has one.
    /// </summary>
    /// <exception cref="IOException">The document has no such part.</exception>
    public static void Write(string path, string group, IEnumerable<string> lines)
    {
        string name = group.Length == 0 ? "scripts/bench" : $"scripts/bench {group}";
        string begin = $"<!-- {name}: begin -->", end = $"<!-- {name}: end -->";
        string[] old = File.ReadAllLines(path);
        int first = Array.IndexOf(old, begin), last = Array.IndexOf(old, end);
        if (first < 0 || last < first) throw new IOException($"{path} has no lines '{begin}' and '{end}'.");
        File.WriteAllLines(path, [.. old[..(first + 1)], "", .. lines, "", .. old[last..]]);
    }
}
