namespace Bitmapist.Engine.Keyspace;

/// <summary>What <see cref="NameOverlay"/> says of a name.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="IsPresent">The key exists though the database file does not have it; else the other way round.</param>
internal readonly record struct NameState(byte[] Name, bool IsPresent);
