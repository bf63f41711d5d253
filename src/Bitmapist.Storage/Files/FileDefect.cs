namespace Bitmapist.Storage.Files;

/// <summary>Why a file is refused.</summary>
public enum FileDefect
{
    /// <summary>Ours, but its bytes are not what was written.</summary>
    Damaged,

    /// <summary>Not a file of this program at all.</summary>
    ForeignFile,

    /// <summary>Written by a later version of this program.</summary>
    NewerFormat,

    /// <summary>A log segment that belongs to another database.</summary>
    OtherDatabase,

    /// <summary>A log segment that must exist does not.</summary>
    MissingSegment,
}
