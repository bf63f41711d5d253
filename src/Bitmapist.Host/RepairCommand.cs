using System.CommandLine;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;

namespace Bitmapist.Host;

/// <summary>
/// <c>bitmapist-server repair FILE OUT</c>: salvages into a new database what of a damaged one matches its checksum.
/// Exit code 0: everything; 1: something is lost or of an older version, each key named; 2: nothing was written.
/// </summary>
internal static class RepairCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "damaged database; not touched" };
        var output = new Argument<string>("out") { Description = "new database; must not exist" };
        var older = new Option<bool>("-older-versions")
        {
            Description = "replace damaged values by the versions before them, too",
        };
        var command = new Command("repair", "salvage a damaged database into a new one") { file, output, older };
        command.SetAction(parsed => Run(
            RealPath.Of(parsed.GetValue(file)!), RealPath.Of(parsed.GetValue(output)!),
            parsed.GetValue(older) ? OlderVersions.Always : OlderVersions.WhereIndexIsDamaged));
        return command;
    }

    private static int Run(string path, string outputPath, OlderVersions older) => OfflineDatabase.Run(path, () =>
    {
        PhysicalFileSystem files = PhysicalFileSystem.Instance;
        if (outputPath.StartsWith(path + ".", StringComparison.Ordinal))
            throw new StorageException(outputPath, null, "names like this belong to the damaged database");
        string folder = Path.GetDirectoryName(outputPath)!;
        if (Directory.Exists(folder) && files.List(folder, Path.GetFileName(outputPath) + ".log.").Count > 0)
            throw new StorageException(outputPath, null, "the log of another database is beside it");
        RepairReport report = DatabaseRepair.Run(
            files, path, outputPath, older, OfflineDatabase.Progress($"repairing {path}"));
        Print(outputPath, report);
        bool isWhole = report.Damages.Count == 0 && report.Lost.Count == 0 && report.Older.Count == 0;
        return isWhole ? 0 : 1;
    });

    private static void Print(string outputPath, RepairReport report)
    {
        foreach (FileDamage damage in report.Damages) Console.Out.WriteLine($"DAMAGED {damage}");
        foreach (string key in report.Lost) Console.Out.WriteLine($"LOST {key}");
        foreach (string key in report.Older) Console.Out.WriteLine($"OLDER {key}");
        if (report.BytesBehindGeneration > 0)
        {
            Console.Out.WriteLine(
                $"{report.BytesBehindGeneration} bytes follow generation {report.Generation}: of a save that did not "
                + "end or, where no log of that time is left, of a newer generation that is lost");
        }

        Console.Out.WriteLine(
            $"{outputPath}: {report.Keys} keys, {report.Bits} bits, from generation {report.Generation} and "
            + $"{report.LogRecords} log records; {report.Lost.Count} keys lost by name, {report.Older.Count} in an "
            + $"older version, {report.LogRecordsBehindDamage} log records behind damage and "
            + $"{report.EffectsOnLostKeys} effects on lost keys not applied");
    }
}
