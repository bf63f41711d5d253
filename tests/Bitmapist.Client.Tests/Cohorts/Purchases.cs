using System.Globalization;
using System.IO.Compression;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Tests.Cohorts;

/// <summary>The CDNOW purchases, and what follows from them by plain counting.</summary>
internal sealed class Purchases
{
    private Purchases(IReadOnlyList<(uint Customer, DateOnly Date)> rows)
    {
        Rows = rows;
        First = rows.GroupBy(row => row.Customer).ToDictionary(group => group.Key, group => group.Min(row => row.Date));
    }

    public IReadOnlyList<(uint Customer, DateOnly Date)> Rows { get; }

    public IReadOnlyDictionary<uint, DateOnly> First { get; }

    public static Purchases Read()
    {
        string path = Prerequisite.SharedData("CDNOW_master.txt.gz");
        using var file = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var rows = new List<(uint, DateOnly)>();
        while (file.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            rows.Add((uint.Parse(fields[0], CultureInfo.InvariantCulture),
                DateOnly.ParseExact(fields[1], "yyyyMMdd", CultureInfo.InvariantCulture)));
        }

        return new Purchases(rows);
    }

    /// <summary>Marks every purchase as "buy" and every customer's first as "first".</summary>
    public async Task MarkAsync(BitmapistClient client, CancellationToken cancellationToken)
    {
        foreach (IGrouping<DateOnly, (uint Customer, DateOnly Date)> day in Rows.GroupBy(row => row.Date))
        {
            DateTimeOffset at = new(day.Key, new TimeOnly(12, 0), TimeSpan.Zero);
            uint[] all = [.. day.Select(row => row.Customer).Distinct()];
            await client.MarkAsync("buy", all, at, cancellationToken: cancellationToken);
            await client.MarkAsync(
                "first", all.Where(customer => First[customer] == day.Key), at, cancellationToken: cancellationToken);
        }
    }

    /// <summary>For each row's period, its new customers and how many of them bought in each period on.</summary>
    public IEnumerable<(long Size, long?[] Cells)> Table(
        PeriodUnit unit, IEnumerable<DateOnly> rows, int columns, bool isUnbounded)
    {
        Dictionary<DateTimeOffset, HashSet<uint>> buyers = Rows.GroupBy(row => StartOf(unit, row.Date))
            .ToDictionary(group => group.Key, group => group.Select(row => row.Customer).ToHashSet());
        foreach (DateOnly row in rows)
        {
            var period = PeriodEvents.From(unit, "any", new DateTimeOffset(row, default, TimeSpan.Zero));
            HashSet<uint> cohort =
                [.. First.Where(first => StartOf(unit, first.Value) == period.PeriodStart).Select(first => first.Key)];
            var cells = new long?[columns];
            for (int after = 0; after < columns; after++)
            {
                DateTimeOffset from = period.Shift(after).PeriodStart;
                HashSet<uint> back = isUnbounded
                    ? [.. buyers.Where(pair => pair.Key >= from).SelectMany(pair => pair.Value)]
                    : buyers.GetValueOrDefault(from, []);
                cells[after] = cohort.Count == 0 || back.Count == 0 ? null : cohort.Count(back.Contains);
            }

            yield return (cohort.Count, cells);
        }
    }

    private static DateTimeOffset StartOf(PeriodUnit unit, DateOnly date) =>
        PeriodEvents.From(unit, "any", new DateTimeOffset(date, default, TimeSpan.Zero)).PeriodStart;
}
