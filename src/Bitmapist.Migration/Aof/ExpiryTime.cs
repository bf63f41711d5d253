namespace Bitmapist.Migration.Aof;

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
