using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Saving;

/// <summary>Why writes are refused now.</summary>
/// <param name="IsSync">
/// An fsync failed: they are taken again after a save, which the server begins by itself. Else a write failed: they are
/// taken as soon as one succeeds, which the server tries by itself.
/// </param>
/// <param name="Reason">What failed first.</param>
/// <param name="SinceUnixMs">When.</param>
public sealed record LogFailure(bool IsSync, StorageException Reason, long SinceUnixMs)
{
    /// <summary>The log's position behind which everything was taken back.</summary>
    internal long RetainedPosition { get; init; }
}
