using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bitmapist.Bench;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

// usage: Bitmapist.Bench ROOT SERVER COMMIT and the options of scripts/bench, which gives the first three.
if (args is ["serve-in-memory", string port])
{
    await MemoryServer.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture)).ConfigureAwait(false);
    return 0;
}

if (args is not [string root, string server, string commit, .. string[] given])
{
    Console.Error.WriteLine("usage: scripts/bench, which says more");
    return 2;
}

using PosixSignalRegistration onTerminate =
    PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Peer.DisposeAll());
using PosixSignalRegistration onInterrupt =
    PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Peer.DisposeAll());
try
{
    BenchOptions options = BenchOptions.Parse(given);
    if (!options.ListsRows) return Run(options, root, server, commit);
    foreach (IRow row in RowList.Of(options)) Console.WriteLine(row.Name);
    return 0;
}
catch (FormatException failure)
{
    Console.Error.WriteLine($"scripts/bench: {failure.Message}");
    return 2;
}
catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"scripts/bench: {failure.Message}");
    return 1;
}

static int Run(BenchOptions options, string root, string server, string commit)
{
    List<PeerKind> rivals = PeerList.Find(
        options, Path.Combine(root, "benchmarks/Bitmapist.Bench/obj/peers"), out List<string> versions);
    string machine = Machine.Describe(commit, versions);
    Console.WriteLine(machine);
    Console.WriteLine();
    var table = new ResultTable([.. rivals.Select(rival => rival.Name)]);
    string docs = Path.Combine(root, "docs");
    long startedAt = Stopwatch.GetTimestamp();
    using (var run = new BenchRun(
        options, options.Ours ?? server, rivals, table, options.WritesDocs ? Path.Combine(docs, "benchmarks") : null))
    {
        foreach (IRow row in RowList.Of(options).Where(row => options.Wants(row.Name)))
            if (row.ComparesBuilds || !run.ComparesBuildsOnly) row.Run(run);
    }

    string took = string.Create(CultureInfo.InvariantCulture,
        $"Took {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:N0} s; load average now {Machine.LoadAverage()}.");
    Console.WriteLine();
    Console.WriteLine(took);
    if (options.WritesDocs)
    {
        IEnumerable<string> plots =
            table.Plots.SelectMany(plot => new[] { $"![{plot.Title}](benchmarks/{plot.File})", "" });
        MeasuredDocument.Write(Path.Combine(docs, "benchmarks.md"), options.Group,
            [$"`scripts/bench {options.Text}`: {machine} {took}", "", .. plots, .. table.Lines]);
    }

    return table.OursFailed ? 1 : 0;
}
