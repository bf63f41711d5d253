namespace Bitmapist.Storage.Log;

/// <summary>What reading found at a position of a segment.</summary>
public enum LogOutcome
{
    /// <summary>A record that proves itself.</summary>
    Record,

    /// <summary>The end of the file, right behind a record.</summary>
    EndOfLog,

    /// <summary>Bytes that prove nothing, with no record that proves itself after them.</summary>
    TornTail,

    /// <summary>Bytes that prove nothing, with a whole record after them.</summary>
    Corrupt,
}
