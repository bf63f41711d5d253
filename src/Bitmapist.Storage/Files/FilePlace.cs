namespace Bitmapist.Storage.Files;

/// <summary>What stands under the path by which a file was opened.</summary>
public enum FilePlace
{
    /// <summary>The file itself, by whatever way the path leads to it.</summary>
    Own,

    /// <summary>Nothing, or not even the folder: the file was deleted or moved.</summary>
    Nothing,

    /// <summary>Another file.</summary>
    Another,
}
