using Bitmapist.Resp.Writing;
using Bitmapist.Server.PubSub;

namespace Bitmapist.Server.Tracking;

/// <summary>How a client has its keys tracked.</summary>
[Flags]
internal enum TrackingModes
{
    None = 0,

    /// <summary>All keys with given prefixes, read or not.</summary>
    Broadcast = 1 << 0,

    /// <summary>Only what is read by a command behind CLIENT CACHING YES.</summary>
    OptIn = 1 << 1,

    /// <summary>Not what is read by a command behind CLIENT CACHING NO.</summary>
    OptOut = 1 << 2,

    /// <summary>Not what the client changes itself.</summary>
    NoLoop = 1 << 3,
}

/// <summary>Who caches keys, or gets the invalidations of one who does.</summary>
internal interface ITrackedClient : IPushTarget
{
    long Id { get; }

    RespVersion Version { get; }

    bool IsSubscriber { get; }

    /// <summary>How its keys are tracked; null: they are not.</summary>
    Tracker? Tracker { get; }
}

/// <summary>
/// What CLIENT TRACKING ON asked for. Replaced as a whole, so that other threads see either; the two flags are the
/// client's own thread's.
/// </summary>
/// <param name="Modes">How.</param>
/// <param name="RedirectId">The client that gets the invalidations; 0: itself.</param>
/// <param name="Prefixes">Of keys that are broadcast, in the order of their bytes; an empty one: all.</param>
internal sealed record Tracker(TrackingModes Modes, long RedirectId, IReadOnlyList<byte[]> Prefixes)
{
    private const int BytesEach = 120; // an array, and its places here and in the table of prefixes

    private volatile bool _isRedirectBroken;

    /// <summary>CLIENT CACHING was given: the next command is the other way round.</summary>
    public bool IsNextInverted { get; set; }

    /// <summary>The client that should get the invalidations has gone.</summary>
    public bool IsRedirectBroken
    {
        get => _isRedirectBroken;
        set => _isRedirectBroken = value;
    }

    /// <summary>Bytes that the prefixes occupy, about.</summary>
    public long PrefixBytes { get; } = Prefixes.Sum(prefix => (long)prefix.Length + BytesEach);

    public bool Is(TrackingModes mode) => (Modes & mode) != 0;

    /// <summary>Whether what the next command reads is to be remembered.</summary>
    public bool IsRemembering =>
        !Is(TrackingModes.Broadcast) && (!Is(TrackingModes.OptIn) || IsNextInverted)
        && (!Is(TrackingModes.OptOut) || !IsNextInverted);
}
