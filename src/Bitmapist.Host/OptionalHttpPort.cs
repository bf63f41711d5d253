using System.Runtime.CompilerServices;
using Bitmapist.Http;
using Bitmapist.Server;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host;

/// <summary>
/// The HTTP port, where one is asked for. Otherwise nothing of it is loaded, and a start takes no longer: only a method
/// that is not called then, and no field, names its types.
/// </summary>
internal sealed class OptionalHttpPort : IAsyncDisposable
{
    private Action<BitmapistServer>? _tell;
    private Func<ValueTask>? _end;

    /// <summary>Listens on an address; null: nowhere.</summary>
    /// <exception cref="IOException">It cannot be listened on, or there are too few descriptors.</exception>
    public Task StartAsync(ListenAddress? address, ILoggerFactory loggers)
    {
        if (address is null) return Task.CompletedTask;
        if (DescriptorLimit.WhyTooFewWithHttp() is { } reason) throw new IOException(reason);
        return ListenAsync(address, loggers);
    }

    /// <summary>The server is open.</summary>
    public void Tell(BitmapistServer server) => _tell?.Invoke(server);

    public ValueTask DisposeAsync() => _end?.Invoke() ?? ValueTask.CompletedTask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task ListenAsync(ListenAddress address, ILoggerFactory loggers)
    {
        HttpPort port = await HttpPort.StartAsync(address, loggers).ConfigureAwait(false);
        _tell = port.Tell;
        _end = port.DisposeAsync;
    }
}
