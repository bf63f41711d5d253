namespace Bitmapist.Server.Copying;

/// <summary>How a slurp stands; INFO shows these words in lower case.</summary>
internal enum SlurpStatus
{
    Running,
    Done,
    Failed,

    /// <summary>By SLURP STOP or the end of the server; what was copied stays.</summary>
    Stopped,
}
