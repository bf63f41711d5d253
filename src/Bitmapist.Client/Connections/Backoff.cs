namespace Bitmapist.Client.Connections;

/// <summary>
/// How long to wait before connecting again: not at all at first, then twice as long each time up to a bound, less up
/// to half by chance, so that the clients of a server that comes back do not all arrive at once.
/// </summary>
internal static class Backoff
{
    /// <summary>Milliseconds to wait.</summary>
    /// <param name="failures">Attempts that failed since the connection last worked.</param>
    /// <param name="firstMs">The wait after one failure.</param>
    /// <param name="maxMs">No wait is longer.</param>
    /// <param name="chance">A random number, 0 to below 1.</param>
    public static int DelayMs(int failures, int firstMs, int maxMs, double chance)
    {
        if (failures <= 0) return 0;
        double wholeMs = Math.Min(maxMs, firstMs * Math.Pow(2, Math.Min(failures - 1, 30)));
        return (int)Math.Ceiling(wholeMs * (1 - (chance / 2)));
    }
}
