using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands about keys, whatever their values.</summary>
internal static class AofKeyCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("DEL", new(2, Delete));
        all.Add("UNLINK", new(2, Delete));
        all.Add("GETDEL", new(2, Delete));
        all.Add("RENAME", new(3, static (replay, command) => Rename(replay, command, SetCondition.Always)));
        all.Add("RENAMENX", new(3, static (replay, command) => Rename(replay, command, SetCondition.IfMissing)));
        all.Add("COPY", new(3, Copy));
        all.Add("MOVE", new(3, Move));
        all.Add("RESTORE", new(4, RestoreCommand.Run));
        all.Add("RESTORE-ASKING", new(4, RestoreCommand.Run)); // how one node of a cluster sends a key to another
    }

    private static void Delete(AofReplay replay, AofCommand command)
    {
        for (int i = 1; i < command.Count; i++) replay.Delete(command.Key(i));
    }

    private static void Rename(AofReplay replay, AofCommand command, SetCondition condition)
    {
        byte[] from = command.Key(1), to = command.Key(2);
        RenameResult result = replay.Session.Rename(from, to, condition);
        // It was logged, so there was such a key, if not a string: it takes the other's place.
        if (result == RenameResult.NoSuchKey && condition == SetCondition.Always && !from.AsSpan().SequenceEqual(to))
            replay.Delete(to);
    }

    private static void Copy(AofReplay replay, AofCommand command)
    {
        byte[] from = command.Key(1), to = command.Key(2);
        int? database = null;
        bool isReplacing = false;
        for (int i = 3; i < command.Count; i++)
        {
            if (command.Is(i, "REPLACE")) isReplacing = true;
            else if (command.Is(i, "DB") && i + 1 < command.Count) database = replay.Database(command, ++i);
            else throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(i))}");
        }

        Session session = replay.Session;
        int target = database is { } number ? replay.Databases[number] : session.Database;
        if (target == session.Database && from.AsSpan().SequenceEqual(to)) return; // an error in Redis
        SetCondition condition = isReplacing ? SetCondition.Always : SetCondition.IfMissing;
        if (session.Copy(from, target, to, condition) || !isReplacing || session.Exists(from)) return;
        int selected = session.Database; // a copy of another type overwrites the string
        session.Database = target;
        replay.Delete(to);
        session.Database = selected;
    }

    private static void Move(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        int target = replay.Databases[replay.Database(command, 2)]; // first, as the session may be another then
        if (target == replay.Session.Database) return;
        if (replay.Session.Copy(name, target, name, SetCondition.IfMissing)) replay.Delete(name);
    }
}

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
