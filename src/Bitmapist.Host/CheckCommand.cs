using System.CommandLine;
using System.Globalization;
using Bitmapist.Repair;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Host;

/// <summary>
/// <c>bitmapist-server check FILE</c>: verifies a database or backup, and prints what it holds. Exit code 0: whole; 1:
/// damaged, each damage named; 2: it could not be checked.
/// </summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "database or backup", HelpName = "file" };
        var command = new Command("check", "verify a database or backup that no server has open") { file };
        command.SetAction(parsed => Run(Path.GetFullPath(parsed.GetValue(file)!)));
        return command;
    }

    private static int Run(string path) => OfflineDatabase.Run(path, () =>
    {
        CheckReport report = DatabaseCheck.Run(
            PhysicalFileSystem.Instance, path, OfflineDatabase.Progress($"checking {path}"));
        Print(path, report);
        return report.Damages.Count == 0 ? 0 : 1;
    });

    private static void Print(string path, CheckReport report)
    {
        Line($"{path}: {report.FileBytes} bytes");
        foreach ((int database, DatabaseTally content) in report.Databases)
        {
            Line($"db{database}: {content.Keys} keys ({content.Expiring} with expiry), {content.Bits} bits");
            Line($"db{database}: {content.StringBytes} bytes of strings, as GET would reply them");
        }

        if (report.Databases.Count == 0) Line($"no keys");
        ContainerCensus census = report.Containers;
        Line($"arrays: {census.Arrays} containers, {census.ArrayBytes} bytes");
        Line($"bitsets: {census.Bitsets} containers, {census.BitsetBytes} bytes");
        Line($"runs: {census.Runs} containers, {census.RunBytes} bytes");
        Line($"bitmap headers: {census.HeaderBytes} bytes");
        Line($"values: {report.ValueBytes} bytes");
        Line($"index: {report.IndexBytes} bytes in {report.Runs} runs, {report.ExpiryItems} items of the expiry index");
        double share = report.FileBytes == 0 ? 0 : 100.0 * report.GarbageBytes / report.FileBytes;
        Line($"garbage: {report.GarbageBytes} bytes, {share:F1} %");
        Line($"generations: {report.Generations}, the newest is number {report.NewestGeneration}");
        if (report.TornBytes > 0) Line($"behind it: {report.TornBytes} bytes of a save that did not end");
        if (report.Log is { } log) PrintLog(log, report.Effects);
        foreach (FileDamage damage in report.Damages) Line($"DAMAGED {damage}");
        if (report.Damages.Count == 0) Line($"whole");
        else Line($"damaged in {report.Damages.Count} places");
    }

    private static void PrintLog(LogSurveyResult log, long effects)
    {
        Line($"log: {log.Segments} segments, {log.Records} records with {effects} effects, {log.Bytes} bytes");
        if (log.Leftovers > 0) Line($"log: {log.Leftovers} segments no longer needed");
        if (log.TornBytes > 0) Line($"log: {log.TornBytes} bytes of an unfinished write at its end, cut by a start");
        if (log.RecordsBehindDamage > 0) Line($"log: {log.RecordsBehindDamage} whole records behind damage");
    }

    private static void Line(FormattableString text) =>
        Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>
/// <c>bitmapist-server dump-log FILE</c>: prints the records of a log segment and their effects as commands. Exit code
/// 0: whole; 1: damaged; 2: it could not be read.
/// </summary>
internal static class DumpLogCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "log segment, such as bitmapist.db.log.000001" };
        var command = new Command("dump-log", "print what a segment of the log holds, for debugging") { file };
        command.SetAction(parsed => Run(Path.GetFullPath(parsed.GetValue(file)!)));
        return command;
    }

    private static int Run(string path)
    {
        try
        {
            return LogDump.Write(PhysicalFileSystem.Instance, path, Console.Out) ? 0 : 1;
        }
        catch (Exception failure) when (failure is CorruptFileException or StorageException)
        {
            Console.Error.WriteLine($"bitmapist-server: {failure.Message}");
            return 2;
        }
    }
}
