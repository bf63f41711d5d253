using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>A key whose newest value is unknown.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="Older">An older version that can be read; null: none was found.</param>
/// <param name="Generation">The generation that names the older version.</param>
internal sealed record LostKey(LossCause Cause, string Reason, StoredEntry? Older = null, long Generation = 0);
