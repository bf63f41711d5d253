using System.IO.Pipelines;
using System.Net;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Transport.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Transport.Benchmarks;

/// <summary>
/// A server that reads requests as ours does and answers each with ":0": all that is left is the carrier.
/// </summary>
internal static class FixedReplyServer
{
    public static async Task<int> RunAsync(string carrier, int port, int loops)
    {
        if (carrier == "kestrel")
        {
            await RunKestrelAsync(port).ConfigureAwait(false);
            return 0;
        }

        if (!TransportKinds.TryParse(carrier, out TransportKind kind)) return 2;
        await using var server = TransportServer.Bind(
            [new ListenPoint(new IPEndPoint(IPAddress.Loopback, port))],
            new TransportOptions { Kind = kind, Loops = loops },
            connection => ServeAsync(connection.Input, connection.Output), NullLogger.Instance);
        server.Start();
        await UntilParentEndsAsync().ConfigureAwait(false);
        return 0;
    }

    private static async Task ServeAsync(PipeReader input, PipeWriter output)
    {
        var requests = new RequestReader();
        while (true)
        {
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer) Answer(segment, requests, output);
            input.AdvanceTo(read.Buffer.End);
            FlushResult flush = await output.FlushAsync().ConfigureAwait(false);
            if (read.IsCompleted || flush.IsCompleted) return;
        }
    }

    private static void Answer(ReadOnlyMemory<byte> segment, RequestReader requests, PipeWriter output)
    {
        var writer = new RespWriter(output, RespVersion.Resp2);
        for (int at = 0; at < segment.Length;)
        {
            RequestStatus status = requests.Read(segment[at..], out int consumed);
            at += consumed;
            if (status == RequestStatus.Complete) writer.WriteInteger(0);
        }
    }

    private static async Task RunKestrelAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets =>
        {
            // As the server had it while Kestrel carried its connections.
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseConnectionHandler<Handler>()));
        WebApplication host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        await UntilParentEndsAsync().ConfigureAwait(false);
        await host.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<string> UntilParentEndsAsync() => Task.Run(() => Console.In.ReadToEnd());

    private sealed class Handler : ConnectionHandler
    {
        public override Task OnConnectedAsync(ConnectionContext connection) =>
            ServeAsync(connection.Transport.Input, connection.Transport.Output);
    }
}
