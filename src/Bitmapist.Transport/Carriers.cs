using Bitmapist.Transport.Epoll;
using Bitmapist.Transport.IoUring;
using Bitmapist.Transport.Loops;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport;

/// <summary>Chooses among the carriers.</summary>
internal static class Carriers
{
    /// <summary>The carrier asked for, or the next best that this system has.</summary>
    public static Carrier Create(
        TransportOptions options, Action<TransportConnection> accepted, Action<Exception> failed, ILogger logger)
    {
        int loops = options.Loops > 0 ? options.Loops : Limits.LoopsDefault;
        if (options.Kind is TransportKind.Auto or TransportKind.IoUring)
        {
            string? denial = options.IoUringDenial ?? RingProbe.Denial();
            if (denial is null)
            {
                return new LoopCarrier(
                    TransportKind.IoUring, loops, number => new RingLoop(number, options, logger, failed), accepted);
            }

            Log.FellBack(logger, TransportKind.IoUring.Name(), denial, TransportKind.Epoll.Name());
        }

        return new LoopCarrier(
            TransportKind.Epoll, loops, number => new EpollLoop(number, options, logger, failed), accepted);
    }
}
