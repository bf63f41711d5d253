namespace Bitmapist.Server.Copying;

/// <summary>The server that is copied from refuses, breaks the protocol or does not answer.</summary>
/// <param name="message">What clients may know.</param>
/// <param name="forLog">The same with what only the operator may know, a path; null: nothing more.</param>
internal sealed class SourceException(string message, string? forLog = null) : Exception(message)
{
    /// <summary>What the log says.</summary>
    public string ForLog { get; } = forLog ?? message;
}
