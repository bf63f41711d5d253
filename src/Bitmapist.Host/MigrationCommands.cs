using System.CommandLine;
using System.Globalization;
using Bitmapist.Engine.Stored;
using Bitmapist.Host.Logging;
using Bitmapist.Migration;
using Bitmapist.Migration.GoServer;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host;

/// <summary>
/// The sub-commands that move data in and out, and the conversion of a Go server's database at start. Progress goes to
/// stderr, the report to stdout.
/// </summary>
internal static class MigrationCommands
{
    /// <summary><c>import FILE [-db OUT]</c>.</summary>
    public static Command Import(Option<string> database)
    {
        var source = new Argument<string>("file")
        {
            Description = "Go server's database, Redis dump, Redis's append-only file or directory of them, or ours",
        };
        var command = new Command("import", "make a database from a file of the Go server, of Redis, or of this server")
        {
            source, database,
        };
        command.SetAction(parsed => Run(() =>
        {
            string path = parsed.GetValue(database)!;
            Console.Error.WriteLine($"importing {parsed.GetValue(source)} into {path}");
            Migration.Import.Run(
                PhysicalFileSystem.Instance, parsed.GetValue(source)!, path, TimeProvider.System, OnStderr())
                .WriteTo(Console.Out);
        }));
        return command;
    }

    /// <summary><c>export [-db FILE] OUT.rdb</c>.</summary>
    public static Command Export(Option<string> database)
    {
        var target = new Argument<string>("file") { Description = "RDB file to write" };
        var command = new Command("export", "write every key to an RDB file that redis-server loads")
        {
            database, target,
        };
        command.SetAction(parsed => Run(() =>
        {
            string path = parsed.GetValue(database)!;
            Console.Error.WriteLine($"exporting {path} to {parsed.GetValue(target)}");
            Migration.Export.Run(
                PhysicalFileSystem.Instance, path, parsed.GetValue(target)!, TimeProvider.System, OnStderr())
                .WriteTo(Console.Out);
        }));
        return command;
    }

    /// <summary>Takes over a database of the Go server, when the path holds one.</summary>
    /// <exception cref="MigrationException">
    /// It cannot be taken over as it is; or the path holds a file of Redis.
    /// </exception>
    public static void ConvertAtStart(string path, ILogger logger)
    {
        if (!GoServerConversion.IsNeeded(PhysicalFileSystem.Instance, path))
        {
            RefuseFilesOfRedis(path);
            return;
        }

        HostLog.Converting(logger, path);
        ImportReport? report = GoServerConversion.Run(
            PhysicalFileSystem.Instance, path, TimeProvider.System,
            new TimedProgress(TimeProvider.System, line => HostLog.ConvertedSoFar(logger, line)));
        if (report is not null)
        {
            using var lines = new StringWriter();
            report.WriteTo(lines);
            foreach (string line in lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
                HostLog.ConversionReport(logger, line);
        }

        HostLog.Converted(logger, path + GoServerConversion.KeptSuffix);
    }

    private static void RefuseFilesOfRedis(string path)
    {
        if (!PhysicalFileSystem.Instance.Exists(path)) return;
        string? found = FormatRecognition.Recognise(PhysicalFileSystem.Instance, path) switch
        {
            FileFormat.Rdb => "a Redis dump",
            FileFormat.AppendOnlyFile => "an append-only file of Redis",
            FileFormat.AppendOnlyManifest => "the manifest of Redis's append-only files",
            _ => null,
        };
        if (found is null) return;
        throw new MigrationException($"{path} is not a bitmapist-server database but {found}: "
            + "make one of it with bitmapist-server import");
    }

    private static TimedProgress OnStderr() => new(TimeProvider.System, Console.Error.WriteLine);

    private static int Run(Action migration)
    {
        try
        {
            migration();
            return 0;
        }
        catch (Exception failure) when (failure is MigrationException or DatabaseLockedException
            or CorruptFileException or StorageException)
        {
            Console.Error.WriteLine($"bitmapist-server: {failure.Message}");
            return 1;
        }
    }
}

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
