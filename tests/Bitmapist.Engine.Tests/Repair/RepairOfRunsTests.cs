using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Repair;
using Bitmapist.Testing.Files;
using static Bitmapist.Engine.Tests.Repair.DamagedDatabase;

namespace Bitmapist.Engine.Tests.Repair;

/// <summary>
/// A large, old index run with a damaged block, beneath a smaller, newer one: what the newer one says of the keys in
/// the damaged block's range is beyond doubt.
/// </summary>
public sealed class RepairOfRunsTests
{
    private const int Keys = 2000;

    [Fact]
    public async Task Damage_in_an_old_run_costs_only_what_no_newer_run_and_no_log_says()
    {
        DamagedDatabase database = await TwoRunsAsync();
        Assert.Equal(2, Check(database.Disk).Runs);
        foreach (OlderVersions older in Enum.GetValues<OlderVersions>())
        {
            (RepairReport report, string state) = database.Repair(OldestBlockDamaged(database), older);
            string[] kept = [.. Lines(state)];
            string[] final = [.. Lines(database.Final)];
            Assert.Empty(kept.Except(final)); // neither revived, nor as it once was
            int[] missing = [.. final.Except(kept).Select(NumberOf)];
            Assert.NotEmpty(missing);
            Assert.All(missing, number => Assert.False(IsChanged(number), $"key{number:D4} was readable"));
            Assert.Equal(kept.Length, report.Keys);
            Assert.Empty(report.Older);
        }
    }

    [Fact]
    public async Task What_the_log_does_to_keys_of_newer_runs_is_applied()
    {
        DamagedDatabase database = await TwoRunsAsync();
        (RepairReport report, string state) = database.Repair(OldestBlockDamaged(database));
        Assert.Equal(1, report.EffectsOnLostKeys); // key0001's alone
        foreach (int number in new[] { 2, 5, 9 })
        {
            Assert.Equal(
                Lines(database.Final).Single(line => NumberOf(line) == number),
                Lines(state).Single(line => NumberOf(line) == number));
        }
    }

    private static int NumberOf(string line) =>
        int.Parse(line.Split(' ')[1]["key".Length..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a key was given a new value, or deleted, after the first save.</summary>
    private static bool IsChanged(int number) => number < 40 && number != 1 && number % 4 != 3;

    /// <summary>Flips a bit of the first key of the oldest run's first block, which is the first in the file.</summary>
    private static SimulatedFileSystem OldestBlockDamaged(DamagedDatabase database) => database.Flipped(
        SimulatedServer.Path, database.Disk.ReadAll(SimulatedServer.Path).AsSpan().IndexOf("key0000"u8));

    /// <summary>
    /// Many keys; of the first forty, a second generation changes three in four, and a third changes or deletes those
    /// again; then a log. The two later generations' runs are one, and too small for the first to be merged with it.
    /// </summary>
    private static Task<DamagedDatabase> TwoRunsAsync() => CreateAsync(
        Do(pair =>
        {
            for (int i = 0; i < Keys; i++) pair.SetBit(Name(i), (uint)i, bit: true);
        }),
        Save,
        Do(pair =>
        {
            for (int i = 0; i < 40; i++)
                if (IsChanged(i)) pair.SetBit(Name(i), 3000, bit: true);
        }),
        Save,
        Do(pair =>
        {
            for (int i = 0; i < 40; i++)
            {
                if (!IsChanged(i)) continue;
                if (i % 4 == 0) pair.Delete(Name(i));
                else pair.SetBit(Name(i), 4000, bit: true);
            }
        }),
        Do(pair => pair.SetBit(Name(9), 4001, bit: true)),
        Save,
        Do(pair => pair.SetBit(Name(1), 5000, bit: true)),
        Do(pair => pair.SetBit(Name(2), 5000, bit: true)),
        Do(pair => pair.ExpireAt(Name(5), 9_000_000, ExpireCondition.None)),
        Do(pair => pair.SetBit(Name(8), 5000, bit: true)), // deleted above: wholly new
        Do(pair => pair.Rename(Name(9), Name(12), SetCondition.Always)),
        Do(pair => pair.SetBit(Name(9), 5001, bit: true)));

    private static string Name(int number) => $"key{number:D4}";
}
