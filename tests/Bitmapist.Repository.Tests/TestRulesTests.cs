using System.Text.RegularExpressions;

namespace Bitmapist.Repository.Tests;

/// <summary>
/// What makes a test unable to fail, or fail for no reason, and comes back by habit. Where one of these is needed, it
/// is in <c>tests/Shared</c>, under a name that says what for.
/// </summary>
public sealed partial class TestRulesTests
{
    /// <summary>The test projects' sources, without what they share and without this file's own examples.</summary>
    private static IEnumerable<string> Tests => SourceFiles.Find("*.cs").Where(path =>
        SourceFiles.Shown(path).StartsWith("tests/", StringComparison.Ordinal)
        && !SourceFiles.Shown(path).StartsWith("tests/Shared/", StringComparison.Ordinal)
        && Path.GetFileName(path) != "TestRulesTests.cs");

    [Fact]
    public void Nothing_sleeps_but_waits_for_a_condition_or_moves_a_clock_of_its_own() => AssertNowhere(
        Sleep(), "wait with Eventually, or give the code a ManualTime",
        // A process has no condition but its answer, and a row of the tables says itself how long it waits.
        except: ["ServerProcess.cs", "Scenario.cs"]);

    [Fact]
    public void No_bound_is_always_kept() =>
        AssertNowhere(AlwaysKept(), "0 is no lower bound: Bounds.AtMost, or what it must be at least");

    [Fact]
    public void Skipping_is_left_to_one_helper_that_fails_in_continuous_integration() =>
        AssertNowhere(Skip(), "use Prerequisite.Require or Prerequisite.SharedData");

    [Fact]
    public void No_speed_is_asserted() =>
        AssertNowhere(TimedAssertion(), "count what it costs instead, or move a clock: machines are busy at times");

    [Fact]
    public void No_failure_is_swallowed_without_a_word() =>
        AssertNowhere(EmptyCatch(), "count it, or say in a comment why it does not matter");

    [Theory]
    [InlineData("await Task.Delay(200, cancellation);", "Sleep")]
    [InlineData("Thread.Sleep(5);", "Sleep")]
    [InlineData("Assert.True(SpinWait.SpinUntil(() => done, 1000));", "Sleep")]
    [InlineData("Assert.InRange(bytes, 0, 100);", "AlwaysKept")]
    [InlineData("Assert.InRange(disk.Read(a, b) - before, 0L, 8 * x);", "AlwaysKept")]
    [InlineData("Assert.True(count >= 0);", "AlwaysKept")]
    [InlineData("Assert.SkipWhen(path is null, \"no data\");", "Skip")]
    [InlineData("[Fact(Skip = \"later\")]", "Skip")]
    [InlineData("Assert.True(watch.ElapsedMilliseconds < 5000);", "TimedAssertion")]
    [InlineData("Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 5);", "TimedAssertion")]
    [InlineData("catch (IOException)\n{\n}", "EmptyCatch")]
    [InlineData("catch { }", "EmptyCatch")]
    public void What_is_forbidden_is_found(string code, string rule) =>
        Assert.Equal([rule], Rules().Where(each => each.Pattern.IsMatch(code)).Select(each => each.Name));

    [Theory]
    [InlineData("Assert.InRange(bytes, 1, 100);")]
    [InlineData("Assert.Equal(0, bytes);")]
    [InlineData("Assert.True(found != -1);")]
    [InlineData("disk.Events.Skip(before);")]
    [InlineData("catch (IOException)\n{\n    // It went away, as it should.\n}")]
    public void What_is_allowed_is_not(string code) =>
        Assert.Empty(Rules().Where(each => each.Pattern.IsMatch(code)).Select(each => each.Name));

    private static (string Name, Regex Pattern)[] Rules() =>
    [
        (nameof(Sleep), Sleep()), (nameof(AlwaysKept), AlwaysKept()), (nameof(Skip), Skip()),
        (nameof(TimedAssertion), TimedAssertion()), (nameof(EmptyCatch), EmptyCatch()),
    ];

    private static void AssertNowhere(Regex pattern, string instead, params string[] except)
    {
        List<string> files = [.. Tests.Where(path => !except.Contains(Path.GetFileName(path)))];
        Assert.True(files.Count > 100, $"{files.Count} files are not all tests");
        string[] found =
        [
            .. from path in files
               let text = File.ReadAllText(path)
               from Match match in pattern.Matches(text)
               let line = text.AsSpan(0, match.Index).Count('\n') + 1
               select $"{SourceFiles.Shown(path)}({line}): {match.Value.Trim()}",
        ];
        Assert.True(found.Length == 0, $"{instead}:\n{string.Join('\n', found)}");
    }

    [GeneratedRegex(@"\bTask\.Delay\(|\bThread\.Sleep\(|\bSpinWait\.SpinUntil\(")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"Assert\.InRange\([^;]*?, 0L?, |Assert\.True\([^;]*>= 0L?[,)]")]
    private static partial Regex AlwaysKept();

    [GeneratedRegex(@"Assert\.Skip\w*\(|\[(?:Fact|Theory|InlineData)\([^\]]*\bSkip\w* = ")]
    private static partial Regex Skip();

    [GeneratedRegex(@"Assert\.\w+\([^;]*\b(?:GetElapsedTime|Elapsed\w*)\b[^;]*;")]
    private static partial Regex TimedAssertion();

    [GeneratedRegex(@"\bcatch\b[^{;]*\{\s*\}")]
    private static partial Regex EmptyCatch();
}
