namespace Bitmapist.Storage.Files;

/// <summary>How <see cref="IFileSystem.Open"/> treats a file that is there or is not.</summary>
public enum FileOpen
{
    /// <summary>The file must exist; it is opened for reading and writing.</summary>
    OpenExisting,

    /// <summary>The file is created empty when it does not exist.</summary>
    OpenOrCreate,

    /// <summary>The file must not exist.</summary>
    CreateNew,

    /// <summary>The file must exist and is opened for reading only, as a write-protected one can be.</summary>
    ReadExisting,
}
