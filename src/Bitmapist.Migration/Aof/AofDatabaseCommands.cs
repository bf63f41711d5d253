using Bitmapist.Engine.Verbs;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands about whole databases, transactions, and what says nothing about keys.</summary>
internal static class AofDatabaseCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("SELECT", new(2, static (replay, command) => replay.Select(replay.Database(command, 1))));
        all.Add("SWAPDB", new(3, static (replay, command) =>
            replay.Swap(replay.Database(command, 1), replay.Database(command, 2))));
        all.Add("FLUSHDB", new(1, static (replay, _) => replay.Session.Flush(replay.Session.Database)));
        all.Add("FLUSHALL", new(1, static (replay, _) =>
        {
            // Of the 65,535 that there are, most never had a key.
            foreach (DatabaseCounts used in replay.Session.CountByDatabase()) replay.Session.Flush(used.Database);
        }));
        // A transaction is known to be whole before its first command is applied: AofReader.
        foreach (string name in (string[])["MULTI", "EXEC", "PING", "PUBLISH", "SPUBLISH", "SCRIPT", "FUNCTION"])
            all.Add(name, new(1, static (_, _) => { }));
    }
}
