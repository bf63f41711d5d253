namespace Bitmapist.Client.Connections;

/// <summary>
/// Two tokens as one, of which it is known afterwards which one was cancelled: a caller compares the exception's token
/// with its own.
/// </summary>
internal sealed class EitherToken : IDisposable
{
    private readonly CancellationToken _one;
    private readonly CancellationToken _other;
    private readonly CancellationTokenSource? _both; // only where both can be cancelled and they are not the same

    public EitherToken(CancellationToken one, CancellationToken other)
    {
        _one = one;
        _other = other;
        if (one.CanBeCanceled && other.CanBeCanceled && one != other)
            _both = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        Token = _both?.Token ?? (one.CanBeCanceled ? one : other);
    }

    /// <summary>Cancelled when either is.</summary>
    public CancellationToken Token { get; }

    /// <summary>The one that was cancelled; null if none was.</summary>
    public CancellationToken? Cancelled =>
        _one.IsCancellationRequested ? _one : _other.IsCancellationRequested ? _other : null;

    /// <inheritdoc/>
    public void Dispose() => _both?.Dispose();
}
