namespace Bitmapist.Engine.Keyspace;

/// <summary>What became of a RENAME.</summary>
public enum RenameResult
{
    Renamed,
    NoSuchKey,
    TargetExists,
}
