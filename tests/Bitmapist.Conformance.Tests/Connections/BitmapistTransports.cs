using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>The executable on each of its transports, which INFO and the log name.</summary>
public sealed class BitmapistTransports
{
    [Theory]
    [InlineData("io_uring", "1")]
    [InlineData("io_uring", "2")]
    [InlineData("epoll", "1")]
    [InlineData("epoll", "2")]
    [InlineData("pipelines", "0")]
    public async Task A_transport_is_chosen_by_a_flag_and_serves(string transport, string threads)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "io_uring and epoll are Linux's");
        using BitmapistServer server = BitmapistServer.With("-io-transport", transport, "-io-threads", threads);
        if (server.Output.Contains("no io_uring here", StringComparison.Ordinal))
        {
            // Containers forbid it; the log has said so, and what carries instead.
            TestContext.Current.AddWarning("io_uring is forbidden here");
            transport = "epoll";
        }

        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        string info = ReplyText.Render(await client.AskAsync("INFO server"));
        Assert.Contains($"multiplexing_api:{transport}", info, StringComparison.Ordinal);
        Assert.Contains(
            $"'{transport}'", ReplyText.Render(await client.AskAsync("CONFIG GET io-transport")),
            StringComparison.Ordinal);
        Assert.Contains(
            $"'{threads}'", ReplyText.Render(await client.AskAsync("CONFIG GET io-threads")),
            StringComparison.Ordinal);
        Assert.Contains($"connections are carried by {transport}, ", server.Output, StringComparison.Ordinal);
        Assert.Equal(":0", ReplyText.Render(await client.AskAsync("SETBIT key 7 1")));
        Assert.Equal(":1", ReplyText.Render(await client.AskAsync("GETBIT key 7")));
    }

    [Fact]
    public void A_transport_that_does_not_exist_is_refused()
    {
        using var server = new ServerProcess(
            BitmapistServer.ExecutablePath, ["-io-transport", "carrier-pigeon"], Path.GetTempPath());
        Assert.Equal(2, server.WaitForExit());
        Assert.Contains("carrier-pigeon", server.Output, StringComparison.Ordinal);
    }
}
