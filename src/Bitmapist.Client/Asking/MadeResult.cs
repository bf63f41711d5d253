namespace Bitmapist.Client.Asking;

/// <summary>A result of a bit operation, as <see cref="ResultCache"/> remembers it.</summary>
/// <param name="key">Its key.</param>
/// <param name="madeAt">The clock's timestamp when the operation was about to be sent.</param>
/// <param name="sources">The keys it was made of.</param>
/// <param name="lifetime">How long the server was told to keep it.</param>
/// <param name="use">How long it may be used: no longer than the results that it was made of.</param>
internal sealed class MadeResult(
    string key, long madeAt, IReadOnlyList<string> sources, TimeSpan lifetime, TimeSpan use)
{
    public string Key => key;

    public long MadeAt => madeAt;

    public IReadOnlyList<string> Sources => sources;

    public TimeSpan Lifetime => lifetime;

    public TimeSpan Use => use;

    /// <summary>Whether the server has said that it made it. Guarded by the cache's lock.</summary>
    public bool IsThere { get; set; }
}
