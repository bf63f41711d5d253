using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;

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

/// <summary>Expiry times as commands have them: in seconds or milliseconds, since 1970 or from now on.</summary>
internal static class ExpiryTime
{
    private const long MillisecondsPerSecond = 1000;

    /// <summary>
    /// The unix milliseconds that an option and the argument behind it say; false where it is no such option.
    /// </summary>
    public static bool TryReadOption(AofReplay replay, AofCommand command, int index, out long unixMs)
    {
        unixMs = 0;
        string option = command.Text(index).ToUpperInvariant();
        if (option is not ("EX" or "PX" or "EXAT" or "PXAT")) return false;
        command.Require(index + 2);
        unixMs = Read(replay, command, index + 1, inSeconds: option[0] == 'E', isAbsolute: option.Length > 2);
        return true;
    }

    /// <summary>
    /// The unix milliseconds that an argument says, at least 1: what has come long ago expires, but is there until the
    /// replay ends, as in Redis.
    /// </summary>
    public static long Read(AofReplay replay, AofCommand command, int index, bool inSeconds, bool isAbsolute)
    {
        Int128 time = command.Integer(index);
        if (inSeconds) time *= MillisecondsPerSecond;
        if (!isAbsolute) time += replay.NowUnixMs;
        if (time > long.MaxValue) throw command.Refuse($"has an expiry time of {time} ms, beyond 64 bits");
        return (long)Int128.Max(1, time);
    }
}
