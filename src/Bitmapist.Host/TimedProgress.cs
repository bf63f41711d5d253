using System.Globalization;
using Bitmapist.Migration;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Host;

/// <summary>Progress as lines, at most one a second. One thread.</summary>
internal sealed class TimedProgress(TimeProvider time, Action<string> write) : IProgress<MigrationProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private long _last = time.GetTimestamp();

    public void Report(MigrationProgress value)
    {
        if (time.GetElapsedTime(_last) < s_interval) return;
        _last = time.GetTimestamp();
        double share = value.Total == 0 ? 1 : Math.Min(1, (double)value.Done / value.Total);
        write(string.Create(CultureInfo.InvariantCulture, $"{value.Keys} keys, {100 * share:F0} %"));
    }
}
