using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>
/// Within an assembly, too, arrows run one way: folders that use each other are one room with a wall in it.
/// </summary>
public sealed class NamespaceTests
{
    /// <summary>Assemblies whose namespaces still have cycles. This list only ever becomes shorter.</summary>
    private static readonly string[] s_notYetFree =
        ["Bitmapist.Server"];

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
    public void Namespaces_of_an_assembly_have_no_cycle_unless_they_are_known_to(string project)
    {
        string[] cycles = [.. CyclesOf(project)];
        if (s_notYetFree.Contains(project))
            Assert.True(cycles.Length > 0, $"{project} has no cycles any more: take it off the list");
        else
            Assert.True(cycles.Length == 0, string.Join(Environment.NewLine, cycles));
    }

    [Fact]
    public void Every_name_on_the_list_of_exceptions_is_a_project() =>
        Assert.Subset(Projects().Select(row => row.Data).ToHashSet(), s_notYetFree.ToHashSet());

    private static IEnumerable<string> CyclesOf(string project) =>
        NamespaceGraph.Read(
            project,
            assembly: project == "Bitmapist.Host" ? "bitmapist-server" : project,
            hasFoundation: project == Library).Cycles();
}
