namespace Bitmapist.Engine.Keyspace;

/// <summary>The log can keep nothing now. The verb has changed nothing; reads go on.</summary>
public sealed class WritesRefusedException(Exception? reason = null)
    : Exception("the log takes no writes now", reason);
