namespace Bitmapist.Crash;

/// <summary>The server lost something, invented something, or did not run as it should.</summary>
internal sealed class CrashTestException : Exception
{
    public CrashTestException(string message)
        : base(message)
    {
    }

    public CrashTestException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
