using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Tests.Carriers;

public sealed class EpollExchange() : ExchangeSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollBackPressure() : BackPressureSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollClosing() : ClosingSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollListening() : ListeningSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollTwoLoopsExchange() : ExchangeSpec(TransportKind.Epoll, loops: 2);

public sealed class EpollTwoLoopsClosing() : ClosingSpec(TransportKind.Epoll, loops: 2);

public sealed class EpollAllocation() : AllocationSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollShortage() : ShortageSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollLoop() : LoopSpec(TransportKind.Epoll, loops: 1);

public sealed class EpollTwoLoops() : LoopSpec(TransportKind.Epoll, loops: 2);
