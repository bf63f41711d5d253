using Bitmapist.Engine.Bits;

namespace Bitmapist.Server.Copying;

/// <summary>The string keys of another server, read one after another in bounded memory.</summary>
internal interface IKeySource
{
    /// <summary>
    /// Every string key that exists throughout, each as of one instant; some perhaps more than once. Counts what is
    /// skipped.
    /// </summary>
    /// <exception cref="SourceException">The source refuses, breaks the protocol or does not answer.</exception>
    IAsyncEnumerable<SourceKey> ReadAsync(SlurpProgress progress, CancellationToken cancellation);
}

/// <summary>A key as the source had it at one instant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its string.</param>
/// <param name="ExpiresAtUnixMs">By this machine's clock, unix milliseconds; 0: never.</param>
internal readonly record struct SourceKey(ReadOnlyMemory<byte> Name, StringValue Value, long ExpiresAtUnixMs);
