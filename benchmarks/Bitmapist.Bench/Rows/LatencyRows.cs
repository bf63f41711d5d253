using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;

namespace Bitmapist.Bench.Rows;

/// <summary>Rows about ids that are streamed, and about who waits for whom.</summary>
internal static class LatencyRows
{
    private const int ManyKeys = 1_000_000;

    public static IEnumerable<IRow> All()
    {
        yield return Stream(10_000);
        yield return Stream(1_000_000);
        EventKeys asked = BitRows.Active;
        var saved = new ManyKeys("saved", 50_000, 100, 8000);
        var few = new ManyKeys("few", ManyKeys, 1, 1000);
        var search = new BatchTemplate(1, [["KEYS", "*nothing*"]]); // begins with no literal, and matches no name
        yield return new PacedRow("GETBIT p99 at 5,000/s, alone", asked, asked, heavy: null);
        yield return new PacedRow(
            "GETBIT p99 at 5,000/s, beside BITOP AND", asked, AlgebraRows.HeavyData, AlgebraRows.Heavy);
        yield return new SlowClientsRow(asked, 1_000);
        yield return new SavingRow("GETBIT p99 at 5,000/s, beside a save", asked, saved, compacts: false)
        {
            IsFresh = true, ChangesData = true,
        };
        yield return new SavingRow("GETBIT p99 at 5,000/s, beside a compaction", asked, saved, compacts: true)
        {
            IsFresh = true, ChangesData = true,
        };
        yield return new PacedRow("GETBIT p99 at 5,000/s, beside KEYS of 1 M keys", asked, few,
            () => new TemplateRequests([search], 1, 0))
        {
            IsFresh = true,
        };
    }

    private static ThroughputRow Stream(int ids)
    {
        var set = new SparseSet(ids);
        string name = FormattableString.Invariant($"windows of 256 KiB of {ids:N0} ids below 20 M c1");
        return new ThroughputRow(name, 1, set, number => new TemplateRequests(set.Windows, number, 0));
    }
}
