using System.Globalization;
using System.IO.Compression;

namespace Bitmapist.Demo;

/// <summary>Who bought on which day, oldest first.</summary>
internal sealed class PurchaseLog
{
    private readonly Dictionary<uint, DateOnly> _first = [];

    private PurchaseLog(List<(uint Customer, DateOnly Day)> purchases)
    {
        purchases.Sort((left, right) => (left.Day, left.Customer).CompareTo((right.Day, right.Customer)));
        Purchases = purchases;
        foreach ((uint customer, DateOnly day) in purchases) _first.TryAdd(customer, day);
    }

    public List<(uint Customer, DateOnly Day)> Purchases { get; }

    public int Customers => _first.Count;

    /// <summary>Reads lines of <c>customer yyyymmdd units dollars</c>.</summary>
    public static PurchaseLog Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        var purchases = new List<(uint, DateOnly)>();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2) continue;
            purchases.Add((
                uint.Parse(fields[0], CultureInfo.InvariantCulture),
                DateOnly.ParseExact(fields[1], "yyyyMMdd", CultureInfo.InvariantCulture)));
        }

        return new PurchaseLog(purchases);
    }

    /// <summary>A log of the same shape: three monthly cohorts that come back less and less for 18 months.</summary>
    public static PurchaseLog Generate()
    {
        var random = new Random(1997);
        var start = new DateOnly(1997, 1, 1);
        var purchases = new List<(uint, DateOnly)>();
        for (uint customer = 1; customer <= 23_570; customer++)
        {
            int firstDay = random.Next(90);
            purchases.Add((customer, start.AddDays(firstDay)));
            if (random.NextDouble() < 0.5) continue;
            double gap = 20 + (random.NextDouble() * 150);
            for (double day = firstDay; ;)
            {
                day += -gap * Math.Log(1 - random.NextDouble());
                if (day >= 546) break;
                purchases.Add((customer, start.AddDays((int)day)));
            }
        }

        return new PurchaseLog(purchases);
    }

    /// <summary>A mark <c>purchase</c> for each purchase, and before it <c>first</c> for a customer's first.</summary>
    public List<Mark> ToMarks()
    {
        var marks = new List<Mark>();
        var seen = new HashSet<uint>();
        foreach ((uint customer, DateOnly day) in Purchases)
        {
            if (seen.Add(customer)) marks.Add(new Mark("first", customer, day));
            marks.Add(new Mark("purchase", customer, day));
        }

        return marks;
    }

    /// <summary>Customers of a cohort who bought in a month, counted plainly.</summary>
    public int CountRetained((int Year, int Month) cohort, (int Year, int Month) month) => Purchases
        .Where(purchase => (purchase.Day.Year, purchase.Day.Month) == month)
        .Select(purchase => purchase.Customer)
        .Distinct()
        .Count(customer => (_first[customer].Year, _first[customer].Month) == cohort);

    /// <summary>Every month from the first purchase to the last.</summary>
    public List<(int Year, int Month)> Months()
    {
        var months = new List<(int, int)>();
        DateOnly last = Purchases[^1].Day;
        for (DateOnly day = new(Purchases[0].Day.Year, Purchases[0].Day.Month, 1); day <= last; day = day.AddMonths(1))
            months.Add((day.Year, day.Month));
        return months;
    }
}
