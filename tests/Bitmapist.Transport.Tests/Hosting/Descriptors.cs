using System.Globalization;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tests.Hosting;

/// <summary>How many files this process may have open. Linux only.</summary>
internal static class Descriptors
{
    /// <summary>How many connections, of so many descriptors each, fit beside what is open.</summary>
    public static int Spare(int perConnection, int most)
    {
        string line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files"));
        string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        int limit = int.TryParse(soft, CultureInfo.InvariantCulture, out int value) ? value : int.MaxValue;
        int open = Directory.EnumerateFiles("/proc/self/fd").Count();
        return Math.Min(most, (limit - open - 200) / perConnection);
    }
}
