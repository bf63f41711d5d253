using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Epoll;
using Bitmapist.Transport.IoUring;
using Bitmapist.Transport.Loops;
using Bitmapist.Transport.Managed;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport;

/// <summary>Chooses among the carriers.</summary>
internal static class Carriers
{
    /// <summary>The carrier asked for, or the next best that this system has.</summary>
    public static Carrier Create(
        TransportOptions options, Action<TransportConnection> accepted, Action<Exception> failed, ILogger logger)
    {
        TransportKind kind = options.Kind;
        if (!OperatingSystem.IsLinux())
        {
            if (kind is TransportKind.IoUring or TransportKind.Epoll)
                FellBack(kind, "this is not Linux", TransportKind.Pipelines);
            kind = TransportKind.Pipelines;
        }

        if (kind == TransportKind.Pipelines) return new ManagedCarrier(options, accepted, logger);
        if (kind is TransportKind.Auto or TransportKind.IoUring)
        {
            string? denial = options.IoUringDenial ?? RingProbe.Denial();
            if (denial is null)
                return Loops(TransportKind.IoUring, number => new RingLoop(number, options, logger, failed));
            FellBack(TransportKind.IoUring, denial, TransportKind.Epoll);
        }

        return Loops(TransportKind.Epoll, number => new EpollLoop(number, options, logger, failed));

        LoopCarrier Loops(TransportKind carried, Func<int, LoopThread> create) =>
            new(carried, options.Loops > 0 ? options.Loops : TransportLimits.LoopsDefault, create, (socket, loops) =>
                new LoopListener(socket, loops, accepted, options, logger));

        void FellBack(TransportKind missing, string reason, TransportKind instead)
        {
            LogLevel level = options.Kind == TransportKind.Auto ? LogLevel.Information : LogLevel.Warning;
            string lacking = missing.Name(), used = instead.Name();
            Log.FellBack(logger, level, lacking, reason, used);
        }
    }
}
