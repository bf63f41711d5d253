namespace Bitmapist.Client;

/// <summary>What the asking half needs to know; how requests are carried is not its business.</summary>
/// <param name="KeyPrefix">What every key begins with, its underscore included.</param>
/// <param name="Layout">Whose habits to keep.</param>
/// <param name="TrackHourly">Whether marks go to the hour as well, unless the call says otherwise.</param>
/// <param name="TrackUnique">Whether marks go to the flag as well, unless the call says otherwise.</param>
/// <param name="Time">What "now" is.</param>
internal sealed record ClientSettings(
    string KeyPrefix, KeyLayout Layout, bool TrackHourly, bool TrackUnique, TimeProvider Time)
{
    /// <summary>Prefixes of other clients; those that begin with this one's matter.</summary>
    public IReadOnlyList<string> ForeignPrefixes { get; init; } = [];

    /// <summary>Whether all other keys under the prefix are this client's.</summary>
    public bool OwnsPrefix { get; init; }

    /// <summary>The defaults of a layout.</summary>
    public static ClientSettings Of(KeyLayout layout) => layout == KeyLayout.Bitmapist3
        ? new("trackist_", layout, TrackHourly: false, TrackUnique: false, TimeProvider.System)
        : new("bitmapist_", layout, TrackHourly: false, TrackUnique: true, TimeProvider.System);

    /// <summary>A layout's defaults, and what the options say otherwise.</summary>
    public static ClientSettings Of(BitmapistOptions options)
    {
        ClientSettings defaults = Of(options.Layout);
        return defaults with
        {
            KeyPrefix = options.KeyPrefix ?? defaults.KeyPrefix,
            TrackHourly = options.TrackHourly ?? defaults.TrackHourly,
            TrackUnique = options.TrackUnique ?? defaults.TrackUnique,
            Time = options.TimeProvider,
            ForeignPrefixes = options.ForeignPrefixes,
            OwnsPrefix = options.OwnsPrefix,
        };
    }
}
