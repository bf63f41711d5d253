using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Bitmapist.Bench;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

// usage: Bitmapist.Bench SERVER COMMIT and the options of scripts/bench, which gives the first two.
if (args is ["serve-in-memory", string port])
{
    await MemoryServer.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture)).ConfigureAwait(false);
    return 0;
}

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: scripts/bench [storage] [--short] [--list] [--rows TEXT]... [--against FILE]");
    return 2;
}

IEnumerable<IRow> rows = RowList.All();
bool isShort = false;
string? other = null;
var wanted = new List<string>();
for (int i = 2; i < args.Length; i++)
{
    if (args[i] == "--short") isShort = true;
    else if (args[i] == "storage") rows = RowList.Storage();
    else if (args[i] == "--against" && i + 1 < args.Length) other = args[++i];
    else if (args[i] == "--rows" && i + 1 < args.Length) wanted.Add(args[++i]);
    else if (args[i] == "--list")
    {
        foreach (IRow row in rows) Console.WriteLine(row.Name);
        return 0;
    }
    else
    {
        Console.Error.WriteLine($"scripts/bench: {args[i]}: no such option, or its value is missing");
        return 2;
    }
}

using var run = new BenchRun(args[0], other, isShort);
long startedAt = Stopwatch.GetTimestamp();
try
{
    Machine.Describe(args[1]);
    ResultTable.WriteHeader(other is null ? "Redis" : "other");
    foreach (IRow row in rows)
        if (wanted.Count == 0 || wanted.Exists(text => row.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))
            if (other is null || row.ComparesBuilds) row.Run(run);
}
catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"scripts/bench: {failure.Message}");
    return 1;
}

Console.WriteLine();
double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
Console.WriteLine($"Took {seconds:N0} s; load average now {Machine.LoadAverage()}.");
return 0;
