namespace Bitmapist.Client;

/// <summary>Whose habits the client keeps. The key names of both are the same but for the prefix.</summary>
public enum KeyLayout
{
    /// <summary>
    /// bitmapist 3: prefix <c>trackist_</c>, flags not tracked unless asked for; a bit operation runs each time it is
    /// needed, and its result stays until <see cref="BitmapistClient.DeleteRuntimeKeysAsync"/>.
    /// </summary>
    Bitmapist3,

    /// <summary>
    /// bitmapist4: prefix <c>bitmapist_</c> or any other, flags tracked; results of bit operations expire after 24
    /// hours when all their periods are over, else after 60 seconds, and are used again until then.
    /// </summary>
    Bitmapist4,
}
