using Bitmapist.Client.Connections;
using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Asking;

/// <summary>What every question of a client needs. Safe for concurrent use.</summary>
internal sealed class AskingContext(ICommandChannel channel, ClientSettings settings)
{
    /// <summary>How long bitmapist4 keeps a result of periods that are over; marks of those have stopped.</summary>
    public static readonly TimeSpan LifetimeWhenOver = TimeSpan.FromHours(24);

    /// <summary>How long bitmapist4 keeps a result of a period still in progress.</summary>
    public static readonly TimeSpan LifetimeInProgress = TimeSpan.FromSeconds(60);

    public ICommandChannel Channel => channel;

    public KeyNames Keys { get; } = new(settings.KeyPrefix);

    /// <summary>Whether results expire and are used again (bitmapist4), or run each time and stay (3).</summary>
    public bool ResultsExpire => settings.Layout == KeyLayout.Bitmapist4;

    public TimeProvider Time => settings.Time;

    public ResultCache Results { get; } = new(settings.Time);

    /// <summary>Results that stay until they are deleted (bitmapist 3).</summary>
    public RuntimeKeys Runtime { get; } = new();
}
