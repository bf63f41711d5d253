using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>
/// Within an assembly, too, arrows run one way: folders that use each other are one room with a wall in it.
/// </summary>
public sealed partial class NamespaceTests
{
    /// <summary>
    /// A library's users find all that they catch and configure beside what they call, in one namespace, whatever
    /// throws it below.
    /// </summary>
    private const string Library = "Bitmapist.Client";

    public static TheoryData<string> Projects() =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(RepositoryFiles.Root, "src"), "Bitmapist.*")
            .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_of_an_assembly_have_no_cycle(string project)
    {
        string[] cycles = [.. CyclesOf(project)];
        Assert.True(cycles.Length == 0, string.Join(Environment.NewLine, cycles));
    }

    /// <summary>
    /// docs/architecture.md lists the rooms of each assembly, and a room uses only those that come before it there.
    /// </summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void The_picture_of_the_house_is_true(string project)
    {
        string name = project["Bitmapist.".Length..];
        string[] namespaces = [.. SourceFiles.Find("*.cs")
            .Where(path => SourceFiles.Shown(path).StartsWith($"src/{project}/", StringComparison.Ordinal))
            .Select(path => NamespaceLine().Match(File.ReadAllText(path)).Groups[1].Value)
            .Where(found => found.Length > 0).Distinct()];
        if (namespaces is [var only] && only == project) return; // one room
        string[] rooms = RoomsOf(name);
        Assert.Equal(namespaces.Select(found => Room(project, found)).Order(), rooms.Distinct().Order());
        foreach ((string from, string to, string place) in GraphOf(project).Uses())
        {
            // What is used may be at its first place in the row, what uses it at its last.
            int used = Array.IndexOf(rooms, Room(project, to)), user = Array.LastIndexOf(rooms, Room(project, from));
            Assert.True(used < user, $"{from} uses {to}, which does not come before it: {place}");
        }
    }

    private static string[] RoomsOf(string assembly)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs/architecture.md"));
        string row = Assert.Single(page.Split('\n'),
            line => line.StartsWith($"| {assembly} | ", StringComparison.Ordinal));
        return row.Split('|')[2].Split(',', StringSplitOptions.TrimEntries);
    }

    /// <summary>A namespace without its assembly's name, which alone stands for the root.</summary>
    private static string Room(string project, string found)
    {
        string name = found.Split(' ')[0];
        return name == project ? project["Bitmapist.".Length..] : name[(project.Length + 1)..];
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    private static IEnumerable<string> CyclesOf(string project) => GraphOf(project).Cycles();

    private static NamespaceGraph GraphOf(string project) => NamespaceGraph.Read(
        project,
        assembly: project == "Bitmapist.Host" ? "bitmapist-server" : project,
        hasFoundation: project == Library);
}
