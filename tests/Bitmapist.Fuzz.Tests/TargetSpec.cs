namespace Bitmapist.Fuzz.Tests;

/// <summary>
/// What is tested of every target: its corpus, and the first inputs of a campaign that is always the same. A class for
/// each derives from this one (<see cref="TargetCoverageTests"/> sees to that).
/// </summary>
/// <param name="output">Where to say what was done.</param>
/// <param name="inputs">How many inputs: as many as take a few seconds.</param>
public abstract class TargetSpec<TTarget>(ITestOutputHelper output, int inputs)
    where TTarget : IFuzzTarget, new()
{
    private const int Seed = 20_261_128;
    private const int SeedsPerInput = 6;
    private static readonly TimeSpan s_campaignMax = TimeSpan.FromMinutes(2); // on a machine that is very busy
    private readonly TTarget _target = new();

    [Fact]
    public async Task Corpus_breaks_no_expectation()
    {
        foreach (string file in Corpus.Files(_target))
        {
            output.WriteLine(Path.GetFileName(file));
            byte[] input = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (int seed = 0; seed < SeedsPerInput; seed++)
                output.WriteLine($"  seed {seed}: {await CheckAsync(input, seed)}");
        }
    }

    [Fact]
    public async Task Some_seconds_of_damage_break_no_expectation()
    {
        using var log = new StringWriter();
        using var campaign = new Campaign(_target, Seed, log, watchdog: null);
        CancellationToken ended = TestContext.Current.CancellationToken;
        Finding? finding = await Task.Run(() => campaign.Run(s_campaignMax, inputs), ended)
            .WaitAsync(s_campaignMax * 2, ended);
        output.WriteLine(log.ToString());
        if (finding is not null) Assert.Fail($"{finding.Failure}\n{finding.Keep()}");
        Assert.Equal(inputs, campaign.Runs);
        Assert.True(campaign.Outcomes >= 5, $"{campaign.Outcomes} outcomes"); // damage that nothing notices is none
    }

    /// <summary>What hangs fails by name instead of holding up all tests.</summary>
    private async Task<string> CheckAsync(byte[] input, int seed)
    {
        CancellationToken ended = TestContext.Current.CancellationToken;
        return await Task.Run(() => FuzzRun.Check(_target, input, seed), ended).WaitAsync(FuzzRun.TimeMax * 2, ended);
    }
}
