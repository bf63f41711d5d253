namespace Bitmapist.Server.Copying;

/// <summary>The server that is copied from refuses, breaks the protocol or does not answer.</summary>
internal sealed class SourceException(string message) : Exception(message);
