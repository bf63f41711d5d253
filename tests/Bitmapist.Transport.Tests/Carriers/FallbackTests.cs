using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>A carrier that the system lacks is replaced, and the log says so.</summary>
public sealed class FallbackTests
{
    [Theory]
    [InlineData(TransportKind.Auto, "Information")]
    [InlineData(TransportKind.IoUring, "Warning")]
    public async Task Without_io_uring_epoll_carries_and_the_log_says_why(TransportKind kind, string level)
    {
        var options = new TransportOptions { Kind = kind, IoUringDenial = "io_uring_setup failed: not permitted" };
        await using TestServer server = TestServer.Start(options, Handlers.EchoAsync);
        Assert.Equal(TransportKind.Epoll, server.Transport.Kind);
        Assert.Contains(
            $"{level}: no io_uring here (io_uring_setup failed: not permitted), epoll instead",
            server.Logger.Lines);
        using Socket client = server.Connect();
        client.Send("hello"u8);
        Assert.Equal("hello"u8, client.Receive(5));
    }

    [Theory]
    [InlineData("auto", TransportKind.Auto)]
    [InlineData("io_uring", TransportKind.IoUring)]
    [InlineData("epoll", TransportKind.Epoll)]
    [InlineData("pipelines", TransportKind.Pipelines)]
    public void Kinds_have_the_names_of_the_flag(string name, TransportKind kind)
    {
        Assert.True(TransportKinds.TryParse(name, out TransportKind parsed));
        Assert.Equal(kind, parsed);
        Assert.Equal(name, kind.Name());
        Assert.False(TransportKinds.TryParse(name + "x", out _));
    }
}
