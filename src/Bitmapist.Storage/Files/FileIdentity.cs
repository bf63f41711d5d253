namespace Bitmapist.Storage.Files;

/// <summary>What makes a file this one and no other, whatever its names: its device and its number there.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsRegular);
