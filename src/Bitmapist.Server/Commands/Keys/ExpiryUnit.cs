namespace Bitmapist.Server.Commands.Keys;

/// <summary>How a client writes an expiry time: in seconds or milliseconds, from now on or since 1970.</summary>
internal readonly record struct ExpiryUnit(bool IsInSeconds, bool IsAbsolute)
{
    /// <summary>Reads the option EX, PX, EXAT or PXAT.</summary>
    public static bool TryReadOption(ArgumentList args, int index, out ExpiryUnit unit)
    {
        bool isInSeconds = args.Is(index, "ex"u8) || args.Is(index, "exat"u8);
        bool isAbsolute = args.Is(index, "exat"u8) || args.Is(index, "pxat"u8);
        unit = new ExpiryUnit(isInSeconds, isAbsolute);
        return isInSeconds || isAbsolute || args.Is(index, "px"u8);
    }

    /// <summary>The time in unix milliseconds; false when it does not fit 64 bits. May be negative.</summary>
    public bool TryToUnixMs(long time, long nowUnixMs, out long unixMs)
    {
        unixMs = time;
        if (IsInSeconds)
        {
            if (time is > long.MaxValue / 1000 or < long.MinValue / 1000) return false;
            unixMs = time * 1000;
        }

        if (IsAbsolute) return true;
        if (unixMs > long.MaxValue - nowUnixMs) return false;
        unixMs += nowUnixMs;
        return true;
    }
}
