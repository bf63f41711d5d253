namespace Bitmapist.Demo;

/// <summary>Monthly cohorts: who bought first in a month, and how many of them bought in each month since.</summary>
internal static class RetentionTable
{
    /// <summary>Asks the server cell by cell (BITOP AND, then BITCOUNT) and prints the table.</summary>
    /// <returns>How many cells differ from a plain computation.</returns>
    public static int Print(RespClient client, PurchaseLog log)
    {
        int wrong = 0;
        List<(int Year, int Month)> months = log.Months();
        Console.WriteLine("month of the first purchase: customers, then how many bought 0, 1, 2 ... months later");
        for (int row = 0; row < months.Count; row++)
        {
            string cohort = Mark.MonthKey("first", months[row].Year, months[row].Month);
            long size = client.Call("BITCOUNT", cohort).AsInteger();
            if (size == 0) continue;
            var cells = new List<long>();
            for (int column = row; column < months.Count; column++)
            {
                string activity = Mark.MonthKey("purchase", months[column].Year, months[column].Month);
                string result = Mark.AndKey(cohort, activity);
                client.Call("BITOP", "AND", result, cohort, activity);
                long cell = client.Call("BITCOUNT", result).AsInteger();
                if (cell != log.CountRetained(months[row], months[column])) wrong++;
                cells.Add(cell);
            }

            string name = new DateOnly(months[row].Year, months[row].Month, 1).ToString("MMMM yyyy");
            Console.WriteLine($"  {name}: {size:N0}: {string.Join(", ", cells)}");
        }

        return wrong;
    }
}
