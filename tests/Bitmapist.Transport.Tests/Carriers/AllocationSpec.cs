using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>A request and its reply allocate nothing.</summary>
public abstract class AllocationSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task A_request_and_its_reply_allocate_nothing()
    {
        const int Warmup = 2_000, Measured = 2_000;
        long allocated = long.MaxValue;
        await using TestServer server = TestServer.Start(
            Options with { PoisonReturnedBlocks = false }, async connection =>
            {
                long before = 0;
                int requests = 0;
                while (true)
                {
                    ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                    if (read.IsCompleted) return;
                    requests++;
                    if (requests == Warmup) before = GC.GetAllocatedBytesForCurrentThread();
                    if (requests == Warmup + Measured) allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                    foreach (ReadOnlyMemory<byte> segment in read.Buffer) connection.Output.Write(segment.Span);
                    connection.Input.AdvanceTo(read.Buffer.End);
                    await connection.Output.FlushAsync().ConfigureAwait(false);
                }
            });
        using Socket client = server.Connect();
        byte[] request = new byte[64];
        for (int i = 0; i < Warmup + Measured; i++)
        {
            client.Send(request);
            client.ReceiveExactly(request);
        }

        // The smallest object has 24 bytes, so one for each request would be 48,000; the loop's timers take one now and
        // then, and the runtime when it replaces code.
        Bounds.AtMost(Measured / 4, allocated);
    }
}
