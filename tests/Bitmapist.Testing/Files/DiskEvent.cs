namespace Bitmapist.Testing.Files;

/// <summary>One recorded operation. Numbers count from 0 over the life of the simulated disk.</summary>
public readonly record struct DiskEvent(int Number, DiskOperation Operation, string Path, long Offset, long Bytes);
