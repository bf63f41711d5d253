using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>
/// What every carrier must do, whichever way it does it. Options that a test needs are added to these.
/// </summary>
public abstract class CarrierSpec(TransportKind kind, int loops)
{
    protected TransportOptions Options { get; } = new() { Kind = kind, Loops = loops, PoisonReturnedBlocks = true };

    private protected TestServer Start(Func<TransportConnection, Task> serve) => TestServer.Start(Options, serve);
}
