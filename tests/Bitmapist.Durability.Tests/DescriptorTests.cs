using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>The executable where the process may have few files and sockets open (ulimit -n).</summary>
public sealed partial class DescriptorTests : IDisposable
{
    private const string Refusal = "-ERR max number of clients reached\r\n";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly int _port = ServerProcess.FreePort();

    private string DatabasePath => Path.Combine(_folder.FullName, "bitmapist.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(36)]
    [InlineData(64)]
    [InlineData(128)]
    public void Too_few_to_start_are_named_in_one_line_and_nothing_is_made(int descriptors)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using ServerProcess server = Launch(descriptors);
        Assert.Equal(1, server.WaitForExit());
        string complaint = Assert.Single(server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(
            $"bitmapist-server: the limit of {descriptors} open files (ulimit -n) is not enough to start: at least ",
            complaint, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200, "-http", "127.0.0.1:0")]
    public async Task As_many_as_the_refusal_names_are_enough(int tooFew, params string[] arguments)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        int enough;
        using (ServerProcess refused = Launch(tooFew, arguments))
        {
            refused.WaitForExit();
            enough = int.Parse(AtLeast().Match(refused.Output).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.Empty(_folder.GetFileSystemInfos());
        }

        using ServerProcess server = Launch(enough, arguments);
        Assert.True(server.WaitForPong(_port), server.Output);
        if (arguments.Length > 0)
        {
            using var http = new HttpClient();
            string address = Listening().Match(server.Output).Groups[1].Value;
            string text = await http.GetStringAsync(address + "/metrics", TestContext.Current.CancellationToken);
            Assert.Contains("bitmapist_open_descriptors_max " + enough, text, StringComparison.Ordinal);
        }

        using RawConnection client = await RawConnection.ConnectAsync(_port);
        await AssertWorksAsync(server, client);
    }

    [Fact]
    public async Task Idle_clients_keep_the_server_from_nothing()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        const int Descriptors = 1024;
        using ServerProcess server = Launch(Descriptors);
        Assert.True(server.WaitForPong(_port), server.Output);
        using RawConnection client = await RawConnection.ConnectAsync(_port);
        var idle = new List<RawConnection>();
        int refused = 0;
        try
        {
            while (idle.Count < Descriptors)
            {
                RawConnection next = await RawConnection.ConnectAsync(_port);
                idle.Add(next);
                await next.SendAsync("PING");
            }

            foreach (RawConnection one in idle)
                if (Encoding.ASCII.GetString(await FirstReplyAsync(one)) != "+PONG\r\n") refused++;
            int served = idle.Count - refused;
            int clientsMax = ClientsMax(server);
            Assert.InRange(clientsMax, 800, 950);
            Assert.Equal(clientsMax, served + 1); // and the one that asks
            using RawConnection late = await RawConnection.ConnectAsync(_port);
            Assert.Equal(Refusal, Encoding.ASCII.GetString(await late.ReceiveUntilClosedAsync()));
            await AssertWorksAsync(server, client);
            Assert.InRange(OpenDescriptors(server), served, Descriptors - 1);
        }
        finally
        {
            foreach (RawConnection one in idle) one.Dispose();
        }

        await AssertWorksAsync(server, client);
        server.Signal(15);
        Assert.Equal(0, server.WaitForExit());
    }

    /// <summary>
    /// Everything that opens files or sockets: log segments, saves, compactions, backups, copies, INFO of the system.
    /// </summary>
    private async Task AssertWorksAsync(ServerProcess server, RawConnection client)
    {
        for (int round = 0; round < 4; round++)
        {
            Assert.Equal("+OK", await AskAsync(client, "FLUSHALL"));
            for (int key = 0; key < 20; key++)
                Assert.Equal(":0", await AskAsync(client, $"SETBIT key{key} {key * 100_000} 1"));
            Assert.Equal("+OK", await AskAsync(client, "SAVE"));
        }

        Assert.Equal("+Background saving started", await AskAsync(client, "BGSAVE TO backup"));
        await UntilAsync(() => Task.FromResult(
            File.Exists(Path.Combine(_folder.FullName, "backup")) && server.Output.Contains("backup written")));
        File.Delete(Path.Combine(_folder.FullName, "backup"));
        Assert.Contains("used_memory_rss", await AskAsync(client, "INFO everything"), StringComparison.Ordinal);
        using RedisServer source = new();
        if (source.SkipReason is null)
        {
            await ((ITestServer)source).SendAsync("SETBIT copied 7 1");
            Assert.Equal("+OK", await AskAsync(client, $"SLURP localhost:{source.Port}"));
            await UntilAsync(async () =>
                (await AskAsync(client, "INFO slurp")).Contains("slurp_in_progress:0", StringComparison.Ordinal));
            Assert.Equal(":1", await AskAsync(client, "GETBIT copied 7"));
        }

        Assert.Equal(":1", await AskAsync(client, "GETBIT key19 1900000"));
        Assert.DoesNotContain("error", server.Output, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> isDone)
    {
        for (int i = 0; !await isDone(); i++)
        {
            Assert.True(i < 2000, "it does not come to an end");
            await Eventually.AMomentAsync(10);
        }
    }

    private static async Task<byte[]> FirstReplyAsync(RawConnection connection)
    {
        try
        {
            return await connection.ReceiveAsync();
        }
        catch (Exception failure) when (failure is EndOfStreamException or System.Net.Sockets.SocketException)
        {
            return []; // refused, and closed before the request was read
        }
    }

    private static async Task<string> AskAsync(RawConnection connection, string command) =>
        ReplyText.Render(await connection.AskAsync(command));

    /// <summary>What the log says about the clients that are possible.</summary>
    private static int ClientsMax(ServerProcess server)
    {
        string line = Assert.Single(
            server.Output.Split('\n'), line => line.Contains("(ulimit -n)", StringComparison.Ordinal));
        return int.Parse(Reduced().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static int OpenDescriptors(ServerProcess server) =>
        Directory.EnumerateFileSystemEntries($"/proc/{server.Id}/fd").Count();

    private ServerProcess Launch(int descriptors, params string[] arguments) => new(
        "/bin/sh",
        [
            "-c", $"ulimit -n {descriptors}; exec \"$@\"", "sh", BitmapistServer.ExecutablePath,
            "-addr", $"127.0.0.1:{_port}", "-db", DatabasePath, .. arguments,
        ],
        _folder.FullName);

    [GeneratedRegex(@"listening on (http://\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex("at least ([0-9]+) are needed")]
    private static partial Regex AtLeast();

    [GeneratedRegex("maxclients has been reduced to ([0-9]+);")]
    private static partial Regex Reduced();
}
