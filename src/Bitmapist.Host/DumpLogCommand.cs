using System.CommandLine;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;

namespace Bitmapist.Host;

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
