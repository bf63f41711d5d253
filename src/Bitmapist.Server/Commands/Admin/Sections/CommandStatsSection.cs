using System.Diagnostics;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO commandstats: calls and their time, for commands that were called or refused.</summary>
internal static class CommandStatsSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        ClientCounters counters = call.Server.Statistics.SinceReset().Clients;
        foreach (CommandSpec spec in call.Commands.ByIndex)
        {
            long calls = counters.Calls[spec.Index];
            long rejected = counters.Rejections[spec.Index];
            if (calls == 0 && rejected == 0) continue;
            double microseconds = counters.Ticks[spec.Index] * 1_000_000.0 / Stopwatch.Frequency;
            text.Add(
                $"cmdstat_{spec.FullName}",
                FormattableString.Invariant($"calls={calls},usec={(long)microseconds},") +
                FormattableString.Invariant($"usec_per_call={microseconds / Math.Max(1, calls):F2},") +
                FormattableString.Invariant($"rejected_calls={rejected},failed_calls={counters.Failures[spec.Index]}"));
        }
    }
}
