using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

/// <summary>Logs whose records are words, for tests that read them back.</summary>
internal static class LogText
{
    public const string Database = "/data/bitmapist.db";

    public static Guid Id { get; } = new("6f1a2c0e-9d37-4c55-8a11-0123456789ab");

    public static string Segment(long sequence) => $"{Database}.log.{sequence:D6}";

    public static LogWriter Open(SimulatedFileSystem disk, long sequence, FsyncPolicy policy) =>
        LogWriter.Open(disk, Database, Id, sequence, policy, TimeProvider.System);

    public static List<string> Replay(IFileSystem disk, long first, out LogRecoveryResult result)
    {
        List<string> records = [];
        result = LogRecovery.Recover(disk, Database, Id, first,
            (in LogRecord record) => records.Add(Encoding.ASCII.GetString(record.Payload)));
        return records;
    }

    public static List<string> Replay(IFileSystem disk) => Replay(disk, 1, out _);

    /// <summary>Appends and commits each word by itself, then closes cleanly.</summary>
    public static void Write(SimulatedFileSystem disk, long sequence, params string[] words)
    {
        using LogWriter log = Open(disk, sequence, FsyncPolicy.No);
        foreach (string word in words) log.TryCommit(log.Append(Encoding.ASCII.GetBytes(word)));
    }
}
