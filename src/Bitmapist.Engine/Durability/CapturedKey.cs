using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Durability;

/// <summary>A key as of a snapshot's cut.</summary>
/// <param name="Database">Number of its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its frozen value; null when the key was removed.</param>
/// <param name="ExpiresAtUnixMs">Its expiry time; 0: none.</param>
internal readonly record struct CapturedKey(int Database, byte[] Name, StringValue? Value, long ExpiresAtUnixMs);
