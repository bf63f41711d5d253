using Bitmapist.Client.Connections;

namespace Bitmapist.Client;

/// <summary>
/// A connection to a server that holds events. Safe for concurrent use; one per application is enough.
/// </summary>
public sealed class BitmapistClient : IAsyncDisposable
{
    private readonly ICommandChannel _channel;

    internal BitmapistClient(ICommandChannel channel, BitmapistOptions options)
    {
        _channel = channel;
        Options = options;
    }

    internal BitmapistOptions Options { get; }

    /// <summary>Connects.</summary>
    /// <param name="connectionString">See <see cref="BitmapistOptions.Parse"/>.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FormatException">The connection string is wrong.</exception>
    /// <exception cref="BitmapistException">There is no connection; the type says why.</exception>
    public static ValueTask<BitmapistClient> ConnectAsync(
        string connectionString, CancellationToken cancellationToken = default) =>
        ConnectAsync(BitmapistOptions.Parse(connectionString), cancellationToken);

    /// <summary>Connects.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="BitmapistException">There is no connection; the type says why.</exception>
    public static async ValueTask<BitmapistClient> ConnectAsync(
        BitmapistOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        BitmapistOptions snapshot = options.Snapshot();
        ServerConnection channel =
            await ServerConnection.ConnectAsync(snapshot, cancellationToken).ConfigureAwait(false);
        return new BitmapistClient(channel, snapshot);
    }

    /// <summary>Closes the connection; requests that await replies fail.</summary>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}
