namespace Bitmapist.Client.Asking;

/// <summary>A result of a bit operation, as <see cref="ResultCache"/> remembers it.</summary>
/// <param name="key">Its key.</param>
/// <param name="madeAt">The clock's timestamp when the operation was about to be sent.</param>
/// <param name="lifetime">How long the server was told to keep it.</param>
internal sealed class MadeResult(string key, long madeAt, TimeSpan lifetime)
{
    public string Key => key;

    public long MadeAt => madeAt;

    public TimeSpan Lifetime => lifetime;

    /// <summary>Whether the server has said that it made it. Guarded by the cache's lock.</summary>
    public bool IsThere { get; set; }
}
