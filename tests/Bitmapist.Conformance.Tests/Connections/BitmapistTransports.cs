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
        await CheckMessagesAsync(server, client);
    }

    /// <summary>
    /// Idle subscribers, on whatever thread they are, get all messages in order; one that reads none is cut off, and
    /// keeps neither the sender nor the others waiting.
    /// </summary>
    private static async Task CheckMessagesAsync(BitmapistServer server, RawConnection sender)
    {
        const int Subscribers = 4, Messages = 200, MessageBytes = 20_000;
        await sender.AskAsync("CONFIG SET client-output-buffer-limit \"pubsub 4mb 0 0\"");
        using RawConnection deaf = await RawConnection.ConnectAsync(server.Port);
        await deaf.AskAsync("SUBSCRIBE loud");
        var subscribers = new List<RawConnection>();
        for (int i = 0; i < Subscribers; i++)
        {
            subscribers.Add(await RawConnection.ConnectAsync(server.Port));
            await subscribers[i].AskAsync("SUBSCRIBE quiet");
        }

        for (int i = 0; i < Messages; i++)
            Assert.Equal($":{Subscribers}", ReplyText.Render(await sender.AskAsync($"PUBLISH quiet {i}")));
        foreach (RawConnection subscriber in subscribers)
        {
            for (int i = 0; i < Messages; i++)
                Assert.Equal($"['message', 'quiet', '{i}']", ReplyText.Render(await subscriber.ReceiveAsync()));
            subscriber.Dispose();
        }

        string loud = new('x', MessageBytes);
        int sent = 0;
        while (ReplyText.Render(await sender.AskAsync($"PUBLISH loud {loud}")) == ":1") Bounds.AtMost(10_000, ++sent);
        Assert.InRange(sent, 4 * 1024 * 1024 / MessageBytes, 10_000);
        Assert.Contains(
            "client_output_buffer_limit_disconnections:1", ReplyText.Render(await sender.AskAsync("INFO stats")),
            StringComparison.Ordinal);
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
