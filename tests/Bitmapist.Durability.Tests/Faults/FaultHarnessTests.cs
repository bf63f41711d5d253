using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Saving;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Durability.Tests.Faults;

/// <summary>
/// Whatever is done to the files of a recorded workload, what opens holds a state that the workload went through, with
/// everything promised in it; or it is refused, naming the file.
/// </summary>
public sealed class FaultHarnessTests
{
    public static TheoryData<DiskFault> Faults => [.. Enum.GetValues<DiskFault>()];

    [Theory]
    [InlineData(2)] // nothing saved yet, all in the log
    [InlineData(6)] // one generation and a log
    [InlineData(14)] // several generations and a log
    public async Task Files_cut_at_every_byte_open_with_a_state_there_was_or_are_refused(int changes)
    {
        SimulatedFileSystem disk = await RecordAsync(changes);
        var outcomes = new Dictionary<bool, int>();
        foreach (string path in disk.List("/data", "bitmapist.db"))
        {
            byte[] whole = disk.ReadAll(path);
            for (int length = 0; length < whole.Length; length++)
            {
                SimulatedFileSystem cut = disk.Clone();
                cut.WriteAll(path, whole.AsSpan(0, length));
                string? state = await StateOrRefusalAsync(cut, $"{path} cut at {length}");
                outcomes[state is null] = outcomes.GetValueOrDefault(state is null) + 1;
                // A cut log is a torn tail: a prefix of the changes. A cut database lacks the log of what is lost.
                if (state is not null) Assert.Contains(state, Workload.States.Take(changes + 1));
                bool isLog = path.Contains(".log.", StringComparison.Ordinal);
                if (state is not null && !isLog) Assert.Equal(Workload.States[changes], state);
            }
        }

        // Both happen, or this looks at nothing.
        Assert.True(outcomes.GetValueOrDefault(false) > 20, "hardly anything opens");
        Assert.True(outcomes.GetValueOrDefault(true) > 20, "hardly anything is refused");
    }

    [Theory]
    [InlineData(6, 0x01)]
    [InlineData(6, 0x80)]
    [InlineData(14, 0xFF)]
    public async Task Files_with_any_byte_flipped_open_with_a_state_there_was_or_are_refused(int changes, byte mask)
    {
        SimulatedFileSystem disk = await RecordAsync(changes);
        var outcomes = new Dictionary<bool, int>();
        foreach (string path in disk.List("/data", "bitmapist.db"))
        {
            byte[] bytes = disk.ReadAll(path);
            for (int at = 0; at < bytes.Length; at++)
            {
                bytes[at] ^= mask;
                SimulatedFileSystem damaged = disk.Clone();
                damaged.WriteAll(path, bytes);
                bytes[at] ^= mask;
                string? state = await StateOrRefusalAsync(damaged, $"{path} flipped at {at}");
                outcomes[state is null] = outcomes.GetValueOrDefault(state is null) + 1;
                if (state is not null) Assert.Contains(state, Workload.States.Take(changes + 1));
                bool isLog = path.Contains(".log.", StringComparison.Ordinal);
                if (state is not null && !isLog) Assert.Equal(Workload.States[changes], state);
            }
        }

        // Both happen, or this looks at nothing.
        Assert.True(outcomes.GetValueOrDefault(false) > 20, "hardly anything opens");
        Assert.True(outcomes.GetValueOrDefault(true) > 20, "hardly anything is refused");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Every_operation_of_the_disk_may_fail_once_and_nothing_acknowledged_is_lost(DiskFault fault)
    {
        SimulatedFileSystem recorded = await RecordAsync(Workload.Changes);
        int operations = recorded.Events.Count;
        Assert.True(operations > 50, $"{operations} operations are few");
        int refused = 0;
        for (int number = 0; number < operations; number++)
        {
            var disk = new SimulatedFileSystem();
            disk.FailAt(number, fault);
            int acknowledged = await Workload.RunUntilFailureAsync(disk);
            foreach (CrashMode mode in Enum.GetValues<CrashMode>())
            {
                // A log that failed, and then a power cut that kept what came later of a new segment but not its
                // header: that cannot be told from damage to what was promised, and is refused.
                bool mayBeRefused = mode == CrashMode.UnsyncedAtRandom;
                string what = $"{fault} of operation {number}, {mode}";
                if (!await CheckAsync(disk.Crash(mode, number), acknowledged, mayBeRefused, what)) refused++;
            }
        }

        Bounds.AtMost(operations / 2, refused); // of as many as may be
    }

    [Fact]
    public async Task A_power_cut_at_any_change_loses_nothing_acknowledged()
    {
        int seed = Random.Shared.Next();
        for (int changes = 0; changes <= Workload.Changes; changes++)
        {
            SimulatedFileSystem disk = await RecordAsync(changes);
            for (int i = 0; i < 20; i++)
            {
                foreach (CrashMode mode in Enum.GetValues<CrashMode>())
                {
                    string what = $"seed {seed + i}, {mode}, {changes} changes";
                    Assert.True(await CheckAsync(disk.Crash(mode, seed + i), changes, mayBeRefused: false, what));
                }
            }
        }
    }

    private static async Task<SimulatedFileSystem> RecordAsync(int changes)
    {
        var disk = new SimulatedFileSystem();
        Assert.Equal(changes, await Workload.RunAsync(disk, changes));
        Assert.Equal(Workload.States[changes], await StateOrRefusalAsync(disk.Clone(), "undamaged"));
        return disk;
    }

    /// <summary>The disk opens with all that was acknowledged, and perhaps the one change that was not.</summary>
    /// <returns>False when it was refused instead, and might be.</returns>
    private static async Task<bool> CheckAsync(
        SimulatedFileSystem disk, int acknowledged, bool mayBeRefused, string what)
    {
        (string? state, string? refusal) = await OpenAsync(disk, what);
        if (mayBeRefused && refusal is not null) return false;
        string[] expected = [.. Workload.States.Skip(acknowledged).Take(2)];
        Assert.True(state is not null && expected.Contains(state),
            $"{what}, {acknowledged} acknowledged: {state}{refusal}");
        return true;
    }

    private static async Task<string?> StateOrRefusalAsync(SimulatedFileSystem disk, string what) =>
        (await OpenAsync(disk, what)).State;

    /// <summary>What the files hold, or why they are refused, by name; anything else is a failure.</summary>
    private static async Task<(string? State, string? Refusal)> OpenAsync(SimulatedFileSystem disk, string what)
    {
        try
        {
            await using PersistentKeyspace keyspace = Workload.Open(disk);
            return (Workload.StateOf(keyspace.Store), null);
        }
        catch (Exception refusal) when (refusal is CorruptFileException or DiskReadException)
        {
            Assert.StartsWith(Workload.Path, refusal.Message, StringComparison.Ordinal);
            return (null, refusal.Message);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{what}: {failure.Message}", failure);
        }
    }
}
