using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Tests.Carriers;

public sealed class IoUringExchange() : ExchangeSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringBackPressure() : BackPressureSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringClosing() : ClosingSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringListening() : ListeningSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringTwoLoopsExchange() : ExchangeSpec(TransportKind.IoUring, loops: 2);

public sealed class IoUringTwoLoopsClosing() : ClosingSpec(TransportKind.IoUring, loops: 2);

public sealed class IoUringAllocation() : AllocationSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringShortage() : ShortageSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringLoop() : LoopSpec(TransportKind.IoUring, loops: 1);

public sealed class IoUringTwoLoops() : LoopSpec(TransportKind.IoUring, loops: 2);
