namespace Bitmapist.Client;

/// <summary>What goes wrong between this library and a server. The sealed types below it say what.</summary>
public abstract class BitmapistException : Exception
{
    private protected BitmapistException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
