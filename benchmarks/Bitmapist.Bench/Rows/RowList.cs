using Bitmapist.Bench.Data;
using Bitmapist.Bench.Plots;
using Bitmapist.Bench.Storage;

namespace Bitmapist.Bench.Rows;

/// <summary>Every row, in the order of the table.</summary>
internal static class RowList
{
    /// <summary>The rows of a group: "" for what has a goal, storage, or plots.</summary>
    public static IEnumerable<IRow> Of(BenchOptions options) => options.Group switch
    {
        "storage" => Storage(),
        "plots" => SweepList.All(options.IsLong),
        _ => Goals(),
    };

    private static IEnumerable<IRow> Goals() =>
    [
        .. BitRows.Singles(),
        .. BitRows.WithLog(),
        BitRows.LogCost(pipeline: 32),
        BitRows.LogCost(pipeline: 1),
        .. BitRows.Counts(),
        .. AlgebraRows.All(),
        .. AlgebraRows.Missing(),
        .. AlgebraRows.Wide(),
        .. LatencyRows.All(),
        .. Memory(),
        AlgebraRows.Threads(),
        new CraftedNamesRow(isCrafted: true),
        new CraftedNamesRow(isCrafted: false),
        new LongPatternRow(),
        new StartRow(0),
        new StartRow(100_000),
        new StartRow(10_000_000) { TakesLong = true },
    ];

    private static IEnumerable<IRow> Memory()
    {
        const uint IdEnd = 20_000_000;
        const long StringBytes = IdEnd / 8 * 11 / 10; // up to the highest id, and what malloc adds
        yield return new IdleMemoryRow();
        yield return new IdleClientsRow(9_000);
        yield return new MemoryRow("memory an id, 3,000 keys × 300 ids below 20 M",
            new ManyKeys("event", 3000, 300, IdEnd), 900_000, 3000 * StringBytes);
        yield return new MemoryRow("memory a key, 1 M keys × 3 ids below 20 M",
            new ManyKeys("event", 1_000_000, 3, IdEnd), 1_000_000, 1_000_000 * StringBytes);
        yield return new MemoryRow("memory a key, 1 M keys × 3 ids below 1,000",
            new ManyKeys("event", 1_000_000, 3, 1000), 1_000_000, 1_000_000_000);
        yield return new HighestBitRow();
    }

    /// <summary>What concerns the disk.</summary>
    private static IEnumerable<IRow> Storage() =>
    [
        new OnDiskKeysRow(1_000_000),
        new OnDiskKeysRow(10_000_000),
        new MissingKeysRow(30_000),
        new MissingKeysRow(1_000_000),
        new MissingKeysRow(10_000_000),
        new BeyondBudgetRow(),
        new PauseRow(),
        .. BitRows.WithLog(),
        BitRows.LogCost(pipeline: 32),
        BitRows.LogCost(pipeline: 1),
    ];
}
