using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Tests.Carriers;

public sealed class PipelinesExchange() : ExchangeSpec(TransportKind.Pipelines, loops: 0);

public sealed class PipelinesBackPressure() : BackPressureSpec(TransportKind.Pipelines, loops: 0);

public sealed class PipelinesClosing() : ClosingSpec(TransportKind.Pipelines, loops: 0);

public sealed class PipelinesListening() : ListeningSpec(TransportKind.Pipelines, loops: 0);

public sealed class PipelinesShortage() : ShortageSpec(TransportKind.Pipelines, loops: 0)
{
    protected override int IdleBytesMax => 12_000; // a send buffer of its own is 4 KiB of it
}
