using System.Globalization;

namespace Bitmapist.Server;

/// <summary>How many files and sockets the process may have open: running out of them would end it.</summary>
internal static class DescriptorLimit
{
    /// <summary>The soft limit; <see cref="long.MaxValue"/> where it is not known or there is none.</summary>
    public static long Read()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/self/limits"))
            {
                if (!line.StartsWith("Max open files", StringComparison.Ordinal)) continue;
                string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
            }
        }
        catch (IOException)
        {
            // Not Linux.
        }

        return long.MaxValue;
    }
}
