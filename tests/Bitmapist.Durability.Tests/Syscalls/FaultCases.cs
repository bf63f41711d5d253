namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>
/// Which call fails how while the server does what: all of it where BITMAPIST_FAULTS is "all" (scripts/faults), else a
/// choice in which every call fails during everything that makes it, and every way of failing occurs with each call.
/// </summary>
internal static class FaultCases
{
    public const string Save = "save", SaveAnew = "save of a flushed database", Compaction = "compaction",
        Backup = "backup", Conversion = "conversion";

    private static readonly (string During, string[] Calls)[] s_calls =
    [
        // ftruncate takes back what a save wrote before it failed, so its write fails before.
        (Save, ["fsync", "pwrite64", "ftruncate", "unlink"]),
        (SaveAnew, ["fsync", "pwrite64", "rename", "openat"]),
        (Compaction, ["fsync", "pwrite64", "rename", "openat", "unlink"]),
        (Backup, ["fsync", "pwrite64", "rename", "openat", "unlink"]),
        (Conversion, ["fsync", "pwrite64", "rename", "openat", "unlink"]),
    ];

    public static TheoryData<string, string, string, bool, string> All
    {
        get
        {
            bool isLong = Environment.GetEnvironmentVariable("BITMAPIST_FAULTS") == "all";
            var cases = new TheoryData<string, string, string, bool, string>();
            int number = 0;
            foreach ((string during, string[] calls) in s_calls)
            {
                foreach (string call in calls)
                {
                    number++;
                    for (int way = 0; way < 8; way++)
                    {
                        // Of the eight ways one, another from cell to cell, and of fsync and pwrite its opposite, too.
                        bool isChosen = way == number * 3 % 8
                            || (way == 7 - (number * 3 % 8) && call is "fsync" or "pwrite64");
                        if (!isLong && !isChosen) continue;
                        cases.Add(during, call, (way & 1) == 0 ? "EIO" : "ENOSPC", (way & 2) == 0,
                            (way & 4) == 0 ? "always" : "everysec");
                    }
                }
            }

            return cases;
        }
    }

    /// <summary>What strace is told of a call that fails.</summary>
    public static string[] Faults(string during, string call, string error, bool isForEver)
    {
        // Before it compacts a save already looks for what a crash may have left, and does not mind.
        int once = during == Compaction && call == "unlink" ? 2 : 1;
        string names = call switch
        {
            "fsync" => Strace.Fsync,
            "pwrite64" => Strace.Write,
            "ftruncate" => Strace.Truncate,
            "rename" => $"{Strace.Rename},{Strace.Link}",
            "openat" => Strace.Open,
            _ => Strace.Unlink,
        };
        string fault = $"{names}:error={error}{(isForEver ? "" : $":when={once}")}";
        return call == "ftruncate" ? [$"{Strace.Write}:error={error}:when=2", fault] : [fault];
    }
}
