using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>A key as it stands in a database file, its bits unread.</summary>
/// <param name="Database">Number of its database.</param>
/// <param name="Name">Its name; copy it to keep it.</param>
/// <param name="LengthBytes">Length of the string, 0 … 512 MiB.</param>
/// <param name="Cardinality">Its one-bits.</param>
/// <param name="ExpiresAtUnixMs">When it expires, unix milliseconds; 0: never. May be past.</param>
/// <param name="Stored">Where its bits lie.</param>
public readonly record struct StoredString(
    int Database,
    ReadOnlyMemory<byte> Name,
    long LengthBytes,
    long Cardinality,
    long ExpiresAtUnixMs,
    StoredEntry Stored);
