namespace Bitmapist.Host.Tests;

/// <summary>Which of the native builds a processor gets, from what the kernel says of it.</summary>
public sealed class NativeBuildsTests
{
    private const string Lowest = "flags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2 popcnt cx16 lahf_lm";
    private const string Haswell = Lowest + " avx avx2 bmi1 bmi2 f16c fma abm movbe";
    private const string Skylake = Haswell + " avx512f avx512dq avx512cd avx512bw avx512vl";
    private const string Third = "/usr/lib/server/x86-64-v3/program", Fourth = "/usr/lib/server/x86-64-v4/program";

    [Theory]
    [InlineData(Lowest, "")]
    [InlineData(Haswell, Third)]
    [InlineData(Skylake, Fourth + " " + Third)] // the second is tried should the first not start
    [InlineData("", "")]
    [InlineData("flags : avx2", "")] // one alone is no level
    [InlineData(Lowest + " avx512f avx512dq avx512cd avx512bw avx512vl", "")] // a level has all of those below it
    [InlineData(Lowest + " avx avx2 bmi1 bmi2 f16c fma abmx movbe", "")] // a name is a whole word
    public void Builds_are_those_whose_every_instruction_the_processor_has(string flags, string builds) =>
        Assert.Equal(builds, string.Join(' ', NativeBuilds.Candidates(
            "/usr/lib/server", "program", exists: _ => true, readFlags: () => flags)));

    [Fact]
    public void A_level_that_was_not_published_is_passed_over() =>
        Assert.Equal(
            [Third], NativeBuilds.Candidates("/usr/lib/server", "program", path => path == Third, () => Skylake));

    [Fact]
    public void A_program_alone_does_not_look_at_the_processor()
    {
        bool wasRead = false;
        string Read()
        {
            wasRead = true;
            return Skylake;
        }

        Assert.Empty(NativeBuilds.Candidates("/usr/lib/server", "program", exists: _ => false, Read));
        Assert.False(wasRead);
    }
}
