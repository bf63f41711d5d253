using Bitmapist.Server.Logging;
using Bitmapist.Server.State;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Upkeep;

/// <summary>
/// Looks after clients that do nothing themselves: closes those that are idle for too long, cuts off those that leave
/// too much untaken for too long, and sends invalidations of what no command changed. A thread of the pool, ten times a
/// second; all clients are looked at once a second.
/// </summary>
internal sealed class ClientKeeper : IAsyncDisposable
{
    private const int TurnsPerLook = 10;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100); // Redis's default hz
    private readonly ServerState _server;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public ClientKeeper(ServerState server, ILogger logger)
    {
        _server = server;
        _logger = logger;
        _timer = new PeriodicTimer(s_interval, server.Time);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    /// <summary>Looks at all clients.</summary>
    internal static void Look(ServerState server)
    {
        long now = Environment.TickCount64;
        long timeoutMs = server.ClientLimits.TimeoutSeconds * 1000L;
        foreach (ClientState client in server.Clients.InOrder)
        {
            server.OutputLimits.Check(client);
            bool isExempt = client.IsSubscriber || client.IsBlocked || (client.Modes & ClientModes.Monitor) != 0;
            if (timeoutMs == 0 || isExempt || now - client.LastActiveAtMs <= timeoutMs) continue;
            // What it does not take would keep it for ever.
            if (client.IsClosing || client.QueuedReplyBytes > 0) client.CutOff();
            else client.RequestClose();
        }
    }

    private async Task RunAsync()
    {
        for (int turn = 1; await _timer.WaitForNextTickAsync().ConfigureAwait(false); turn++)
        {
            try
            {
                _server.Tracking.SendBroadcasts();
                if (turn % TurnsPerLook == 0) Look(_server);
            }
            catch (Exception bug)
            {
                Log.BackgroundWorkFailed(_logger, "looking after clients", bug.Message, bug);
            }
        }
    }
}
