using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Cohorts;

/// <summary>Retention of 23,570 real customers, against plain counting over the same purchases.</summary>
public abstract class CdnowSpec(ITestServer server) : ClientSpec(server)
{
    [Fact]
    public async Task Tables_of_real_purchases_equal_plain_counting()
    {
        var purchases = Purchases.Read();
        Assert.Equal((69_659, 23_570), (purchases.Rows.Count, purchases.First.Count));
        Clock.Now = new DateTimeOffset(1998, 6, 30, 23, 0, 0, TimeSpan.Zero);
        await purchases.MarkAsync(Client3, Cancel);

        CohortTable months = await CompareAsync(purchases, PeriodUnit.Month, rows: 18, periodsAfter: 17);
        Assert.Equal("Jan 1997", months.Rows[0].Name);
        Assert.Equal([7_846, 8_476, 7_248, 0], months.Rows.Take(4).Select(row => row.Size));
        Assert.Equal([7_846, 1_157, 964], months.Rows[0].Cells.Take(3).Select(cell => cell.Count!.Value));
        Assert.Equal(1_312, months.Rows[1].Cells[1].Count);
        Assert.Equal(1_032, months.Rows[2].Cells[1].Count);
        Assert.All(months.Rows.Skip(3), row => Assert.Equal(0, row.Size));
        Assert.StartsWith("Date,Total,0,1,2,", months.ToCsv(), StringComparison.Ordinal);
        Assert.Contains("\nJan 1997,7846,100.0,14.75,12.29,", months.ToCsv(), StringComparison.Ordinal);

        await CompareAsync(purchases, PeriodUnit.Week, rows: 78, periodsAfter: 77);
        await CompareAsync(purchases, PeriodUnit.Day, rows: 40, periodsAfter: 12);
        await CompareAsync(purchases, PeriodUnit.Year, rows: 31, periodsAfter: 2);
        HashSet<uint> backInFebruary =
        [
            .. purchases.Rows.Where(row => row.Date is { Year: 1997, Month: 2 }
                && purchases.First[row.Customer] is { Year: 1997, Month: 1 }).Select(row => row.Customer),
        ];
        Assert.Equal(backInFebruary.Order(), await ListAsync(Client3.IdsAsync(months.Rows[0].Cells[1].Events, Cancel)));
    }

    private async Task<CohortTable> CompareAsync(Purchases purchases, PeriodUnit unit, int rows, int periodsAfter)
    {
        CohortTable result = null!;
        foreach (Retention retention in new[] { Retention.Unbounded, Retention.InPeriod })
        {
            result = await Client3.CohortAsync(new CohortQuery
            {
                First = "first", Return = "buy", Unit = unit, Rows = rows, PeriodsAfter = periodsAfter,
                Retention = retention,
            }, Cancel);
            int row = 0;
            foreach ((long size, long?[] cells) in purchases.Table(
                unit, result.Rows.Select(each => each.Date), periodsAfter + 1, retention == Retention.Unbounded))
            {
                string context = $"{retention}, {unit}, {result.Rows[row].Name}";
                Assert.Equal((context, size), (context, result.Rows[row].Size));
                Assert.Equal(
                    (context, string.Join(' ', cells)),
                    (context, string.Join(' ', result.Rows[row].Cells.Select(cell => cell.Count))));
                row++;
            }

            Assert.Equal(row, result.Rows.Count);
        }

        return result;
    }
}

public sealed class BitmapistCdnow(BitmapistServer server) : CdnowSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisCdnow(RedisServer server) : CdnowSpec(server), IClassFixture<RedisServer>;
