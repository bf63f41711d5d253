namespace Bitmapist.Storage.Snapshots;

/// <summary>What is under an open database file's path.</summary>
public enum DatabasePlace
{
    /// <summary>The file, with what was committed.</summary>
    InPlace,

    /// <summary>Nothing: the file, or its folder, was deleted or moved. What is open can still be read.</summary>
    Gone,

    /// <summary>Another file. What is open can still be read.</summary>
    Replaced,

    /// <summary>The file, in which somebody else wrote.</summary>
    Overwritten,
}
