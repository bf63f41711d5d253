namespace Bitmapist.Migration.Aof;

/// <summary>What reading on in an append-only file found.</summary>
internal enum AofOutcome
{
    /// <summary>A whole command.</summary>
    Command,

    /// <summary>The end of the file.</summary>
    End,

    /// <summary>The file ends inside a command: a write that a crash interrupted.</summary>
    CutShort,
}
