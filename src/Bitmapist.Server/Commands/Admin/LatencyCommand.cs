using System.Globalization;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Timing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/latency-latest and its siblings</summary>
internal static class LatencyCommand
{
    public static readonly CommandSpec Spec = Containers.Declare("latency", CommandFlags.None) with
    {
        Summary = "A container for commands about how long calls take.",
        Group = "server", Since = "2.8.13", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("latest", 2, RunLatest, "Replies the latest time that was too long, of each kind."),
            Declare("history", 3, RunHistory, "Replies the times that were too long, of a kind.") with
            {
                Arguments = "event",
            },
            Declare("reset", -2, RunReset, "Forgets times that were too long.") with
            {
                Arguments = "[event...]", Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Declare("graph", 3, RunGraph, "Draws the times that were too long, of a kind.") with
            {
                Arguments = "event",
            },
            Declare("doctor", 2, RunDoctor, "Tells in words of times that were too long."),
            Declare("histogram", -2, RunHistogram, "Replies how long calls of commands take.") with
            {
                Since = "7.0.0", Arguments = "[command...]", Complexity = "O(commands)",
            },
            Containers.Help("latency") with { Since = "2.8.13", Group = "server", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, CommandFlags.Admin | NoScript | Loading | Stale, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "2.8.13", Categories = "admin slow dangerous",
            Tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
        };

    private static void RunLatest(CommandContext call, RespWriter reply)
    {
        List<(string Kind, LatencySample Latest, long Worst)> events = call.Server.LatencyEvents.Latest();
        reply.WriteArrayHeader(events.Count);
        foreach ((string kind, LatencySample latest, long worst) in events)
        {
            reply.WriteArrayHeader(4);
            reply.WriteBulkString(kind);
            reply.WriteInteger(latest.UnixSeconds);
            reply.WriteInteger(latest.Milliseconds);
            reply.WriteInteger(worst);
        }
    }

    private static void RunHistory(CommandContext call, RespWriter reply)
    {
        List<LatencySample> samples = Find(call)?.Samples ?? [];
        reply.WriteArrayHeader(samples.Count);
        foreach (LatencySample sample in samples)
        {
            reply.WriteArrayHeader(2);
            reply.WriteInteger(sample.UnixSeconds);
            reply.WriteInteger(sample.Milliseconds);
        }
    }

    private static void RunReset(CommandContext call, RespWriter reply)
    {
        var kinds = new List<string>();
        for (int i = 2; i < call.Args.Count; i++) kinds.Add(Encoding.Latin1.GetString(call.Args[i]));
        reply.WriteInteger(call.Server.LatencyEvents.Clear(kinds));
    }

    private static void RunGraph(CommandContext call, RespWriter reply)
    {
        if (Find(call) is { } found)
        {
            string kind = Encoding.Latin1.GetString(call.Args[2]);
            string graph = LatencyGraph.Draw(kind, found.Samples, found.Worst, call.Server.NowUnixMs / 1000);
            reply.WriteVerbatimString("txt"u8, Encoding.Latin1.GetBytes(graph));
        }
        else
        {
            call.Fail(
                reply, [.. "ERR No samples available for event '"u8, .. call.Args.UpToNul(2), .. "'"u8]);
        }
    }

    private static void RunDoctor(CommandContext call, RespWriter reply)
    {
        var text = new StringBuilder();
        LatencyMonitor monitor = call.Server.LatencyEvents;
        if (monitor.ThresholdMs == 0)
            text.Append("Nothing is looked for: CONFIG SET latency-monitor-threshold <milliseconds> begins that.\n");
        else if (monitor.Latest().Count == 0)
            text.Append("Nothing took longer than latency-monitor-threshold.\n");
        foreach ((string kind, LatencySample latest, long worst) in monitor.Latest())
        {
            List<LatencySample> samples = monitor.Find(kind)?.Samples ?? [latest];
            double mean = samples.Average(sample => sample.Milliseconds);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{kind}: {samples.Count} times too long, {mean:F0} ms in the mean, {worst} ms at worst. ");
            text.Append("SLOWLOG GET has the calls.\n");
        }

        reply.WriteVerbatimString("txt"u8, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static void RunHistogram(CommandContext call, RespWriter reply)
    {
        IEnumerable<CommandSpec> asked = call.Commands.ByIndex;
        if (call.Args.Count > 2)
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            for (int i = 2; i < call.Args.Count; i++) names.Add(Encoding.Latin1.GetString(call.Args[i]));
            // A container stands for all it contains, as in Redis.
            asked = asked.Where(
                spec => names.Contains(spec.FullName) || names.Contains(spec.FullName.Split('|')[0]));
        }

        List<(CommandSpec Spec, LatencyHistogram Histogram)> known = [];
        foreach (CommandSpec spec in asked)
            if (call.Server.Latencies[spec.Index] is { } histogram) known.Add((spec, histogram));
        reply.WriteMapHeader(known.Count);
        foreach ((CommandSpec spec, LatencyHistogram histogram) in known)
        {
            List<(long Microseconds, long Calls)> steps = histogram.Cumulative();
            reply.WriteBulkString(spec.FullName);
            reply.WriteMapHeader(2);
            reply.WriteBulkString("calls"u8);
            reply.WriteInteger(steps.Count == 0 ? 0 : steps[^1].Calls);
            reply.WriteBulkString("histogram_usec"u8);
            reply.WriteMapHeader(steps.Count);
            foreach ((long microseconds, long calls) in steps)
            {
                reply.WriteInteger(microseconds);
                reply.WriteInteger(calls);
            }
        }
    }

    private static (List<LatencySample> Samples, long Worst)? Find(CommandContext call) =>
        call.Server.LatencyEvents.Find(Encoding.Latin1.GetString(call.Args[2]));
}

/// <summary>
/// LATENCY GRAPH: a column for each sample, four lines high, and how long ago it was, written downwards.
/// </summary>
internal static class LatencyGraph
{
    private const int ColumnsMax = 80;
    private const int Lines = 4;
    private const string Levels = "_o#"; // a third of a line each

    public static string Draw(string kind, IReadOnlyList<LatencySample> samples, long worst, long nowUnixSeconds)
    {
        List<LatencySample> shown = [.. samples.Skip(Math.Max(0, samples.Count - ColumnsMax))];
        long high = shown.Max(sample => sample.Milliseconds), low = shown.Min(sample => sample.Milliseconds);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"{kind} - high {high} ms, low {low} ms (all time high {worst} ms)\n");
        text.Append('-', ColumnsMax).Append('\n');
        for (int line = Lines - 1; line >= 0; line--)
        {
            foreach (LatencySample sample in shown) text.Append(Cell(sample.Milliseconds - low, high - low, line));
            text.Append('\n');
        }

        text.Append(' ', shown.Count).Append('\n');
        string[] ages = [.. shown.Select(sample => Age(nowUnixSeconds - sample.UnixSeconds))];
        for (int character = 0; character < ages.Max(age => age.Length); character++)
        {
            foreach (string age in ages) text.Append(character < age.Length ? age[character] : ' ');
            text.Append('\n');
        }

        return text.Append('\n').ToString();
    }

    private static char Cell(long value, long range, int line)
    {
        int steps = Levels.Length * Lines;
        long step = Math.Min(steps - 1, value * steps / Math.Max(1, range));
        long level = step - (line * Levels.Length);
        if (level < 0) return ' ';
        return level < Levels.Length ? Levels[(int)level] : '|';
    }

    private static string Age(long seconds)
    {
        (long count, char unit) = seconds switch
        {
            < 60 => (seconds, 's'),
            < 3600 => (seconds / 60, 'm'),
            < 86_400 => (seconds / 3600, 'h'),
            _ => (seconds / 86_400, 'd'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }
}
