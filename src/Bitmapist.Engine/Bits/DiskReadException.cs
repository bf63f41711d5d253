namespace Bitmapist.Engine.Bits;

/// <summary>
/// A value or an index block could not be read from the database file. The command that needed it changed nothing;
/// what is in memory goes on being served.
/// </summary>
public sealed class DiskReadException(string path, Exception inner)
    : Exception($"{path}: {inner.Message}", inner);
