using Bitmapist.Engine.Expiry;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands about when keys expire. Keys of other types are not there, so nothing happens to them.</summary>
internal static class ExpiryCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("EXPIRE", Declare(inSeconds: true, isAbsolute: false));
        all.Add("PEXPIRE", Declare(inSeconds: false, isAbsolute: false));
        all.Add("EXPIREAT", Declare(inSeconds: true, isAbsolute: true));
        all.Add("PEXPIREAT", Declare(inSeconds: false, isAbsolute: true));
        all.Add("PERSIST", new(2, static (replay, command) => replay.Session.Persist(command.Key(1))));
        all.Add("GETEX", new(2, GetEx));
    }

    private static AofCommandSpec Declare(bool inSeconds, bool isAbsolute) => new(3, (replay, command) =>
    {
        long unixMs = ExpiryTime.Read(replay, command, 2, inSeconds, isAbsolute);
        var condition = ExpireCondition.None;
        for (int i = 3; i < command.Count; i++)
        {
            condition |= command.Text(i).ToUpperInvariant() switch
            {
                "NX" => ExpireCondition.IfNone,
                "XX" => ExpireCondition.IfAny,
                "GT" => ExpireCondition.IfLater,
                "LT" => ExpireCondition.IfEarlier,
                _ => throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(i))}"),
            };
        }

        replay.Session.ExpireAt(command.Key(1), unixMs, condition);
    });

    private static void GetEx(AofReplay replay, AofCommand command)
    {
        if (command.Count == 2) return; // then it only reads
        if (command.Is(2, "PERSIST")) replay.Session.Persist(command.Key(1));
        else if (ExpiryTime.TryReadOption(replay, command, 2, out long unixMs))
            replay.Session.ExpireAt(command.Key(1), unixMs, ExpireCondition.None);
        else throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(2))}");
    }
}
