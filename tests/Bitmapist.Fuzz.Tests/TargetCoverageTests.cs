namespace Bitmapist.Fuzz.Tests;

/// <summary>No target without a test, a corpus, and a place on the command line.</summary>
public sealed class TargetCoverageTests
{
    private static readonly Type[] s_targets =
    [
        .. typeof(IFuzzTarget).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsClass: true } && type.IsAssignableTo(typeof(IFuzzTarget))),
    ];

    [Fact]
    public void Every_target_has_a_test_that_replays_its_corpus()
    {
        Assert.NotEmpty(s_targets);
        foreach (Type target in s_targets)
        {
            Type spec = typeof(TargetSpec<>).MakeGenericType(target);
            Assert.Contains(typeof(TargetCoverageTests).Assembly.GetTypes(),
                type => type is { IsAbstract: false, IsPublic: true } && type.IsSubclassOf(spec));
        }
    }

    [Fact]
    public void Every_target_is_on_the_command_line_under_a_name_of_its_own()
    {
        Assert.Equal(
            s_targets.Select(type => type.Name).Order(),
            FuzzTargets.All.Select(target => target.GetType().Name).Order());
        Assert.Distinct(FuzzTargets.All.Select(target => target.Name));
        string script = File.ReadAllText(
            Path.Combine(Corpus.Folder(FuzzTargets.All[0]), "../../../../scripts/fuzz"));
        Assert.All(FuzzTargets.All, target => Assert.Contains(target.Name, script, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_target_has_a_corpus_and_every_corpus_a_target()
    {
        Assert.All(FuzzTargets.All, target => Assert.NotEmpty(Corpus.Files(target)));
        string root = Path.GetDirectoryName(Corpus.Folder(FuzzTargets.All[0]))!;
        Assert.Equal(
            FuzzTargets.All.Select(target => target.Name).Order(),
            Directory.GetDirectories(root).Select(folder => Path.GetFileName(folder)).Order());
    }
}
