namespace Bitmapist.Migration.Tests;

/// <summary>A key as a database file has it.</summary>
internal sealed record ImportedKey(int Database, byte[] Name, long LengthBytes, uint[] Ids, long ExpiresAtUnixMs);
