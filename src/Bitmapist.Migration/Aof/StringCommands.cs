using Bitmapist.Engine.Bits;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands that write strings.</summary>
internal static class StringCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("SET", new(3, Set));
        all.Add("SETEX", new(4, static (replay, command) => SetUntil(replay, command, inSeconds: true)));
        all.Add("PSETEX", new(4, static (replay, command) => SetUntil(replay, command, inSeconds: false)));
        all.Add("SETNX", new(3, static (replay, command) =>
        {
            byte[] name = command.Key(1);
            if (replay.Find(name) is null) replay.Put(name, command.Value(2), expiresAtUnixMs: 0);
        }));
        all.Add("GETSET", new(3, static (replay, command) =>
            replay.Put(command.Key(1), command.Value(2), expiresAtUnixMs: 0)));
        all.Add("MSET", new(3, SetMany));
        all.Add("MSETNX", new(3, SetManyNew));
        all.Add("APPEND", new(3, static (replay, command) =>
            StringOverwrite.Run(replay, command, replay.Find(command.Key(1))?.LengthBytes ?? 0, argument: 2)));
        all.Add("SETRANGE", new(4, static (replay, command) =>
        {
            long offset = command.Integer(2);
            if (offset < 0) throw command.Refuse($"has the negative offset {offset}");
            if (command.Length(3) > 0) StringOverwrite.Run(replay, command, offset, argument: 3);
        }));
    }

    private static void Set(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        long expiresAt = 0;
        bool mustBeMissing = false;
        for (int i = 3; i < command.Count; i++)
        {
            switch (command.Text(i).ToUpperInvariant())
            {
                case "NX":
                    mustBeMissing = true;
                    break;
                case "XX" or "GET": // logged, so there was a key, perhaps of another type
                    break;
                case "IFEQ" or "IFNE" or "IFDEQ" or "IFDNE": // Valkey 8.1, Redis 8.4: it held, or would not be logged
                    command.Require(++i + 1);
                    break;
                case "KEEPTTL":
                    expiresAt = replay.Expiry(name);
                    break;
                default:
                    if (!ExpiryTime.TryReadOption(replay, command, i++, out expiresAt))
                        throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(i - 1))}");
                    break;
            }
        }

        if (!mustBeMissing || replay.Find(name) is null) replay.Put(name, command.Value(2), expiresAt);
    }

    private static void SetUntil(AofReplay replay, AofCommand command, bool inSeconds)
    {
        long expiresAt = ExpiryTime.Read(replay, command, 2, inSeconds, isAbsolute: false);
        replay.Put(command.Key(1), command.Value(3), expiresAt);
    }

    private static void SetMany(AofReplay replay, AofCommand command)
    {
        if (command.Count % 2 == 0) throw command.Refuse("has a key without a value");
        for (int i = 1; i < command.Count; i += 2)
            replay.Put(command.Key(i), command.Value(i + 1), expiresAtUnixMs: 0);
    }

    private static void SetManyNew(AofReplay replay, AofCommand command)
    {
        for (int i = 1; i < command.Count; i += 2)
            if (replay.Find(command.Key(i)) is not null) return;
        SetMany(replay, command);
    }
}
