using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Copying;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>SLURP as a command: what it takes, one copy at a time, and what INFO says.</summary>
public sealed class SlurpCommandTests
{
    private const string Syntax = "-ERR syntax error\r\n";
    private const string Form = "-ERR the source of SLURP must be of the form host:port\r\n";

    [Theory]
    [InlineData("SLURP", "-ERR wrong number of arguments for 'slurp' command\r\n")]
    [InlineData("SLURP host", Form)]
    [InlineData("SLURP 6379", Form)]
    [InlineData("SLURP :0", Form)]
    [InlineData("SLURP []:6379", Form)]
    [InlineData("SLURP host:", Form)]
    [InlineData("SLURP host:0", Form)]
    [InlineData("SLURP host:65536", Form)]
    [InlineData("SLURP host:x", Form)]
    [InlineData("SLURP ::1:6379", Form)]
    [InlineData("SLURP h:1 -1", "-ERR DB index is out of range\r\n")]
    [InlineData("SLURP h:1 x", Syntax)]
    [InlineData("SLURP h:1 0 0", Syntax)]
    [InlineData("SLURP h:1 PASSWORD", Syntax)]
    [InlineData("SLURP h:1 USER u", Syntax)]
    [InlineData("SLURP h:1 CACERT f", Syntax)]
    [InlineData("SLURP h:1 INSECURE", Syntax)]
    [InlineData("SLURP h:1 TLS CACERT f INSECURE", Syntax)]
    [InlineData("SLURP STOP", "-ERR no SLURP is in progress\r\n")]
    public async Task Refuses_what_makes_no_sense_and_starts_nothing(string command, string reply)
    {
        await using SlurpingServer server = new();
        Assert.Equal(reply, await server.Client.SendAsync(command));
        Assert.Null(server.State.Slurper.Latest);
        Assert.Equal("0", await server.Client.InfoAsync("slurp", "slurp_in_progress"));
    }

    [Fact]
    public async Task One_copy_runs_at_a_time_and_can_be_stopped()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using SlurpingServer server = new();
        Assert.Equal("+OK\r\n", await server.Client.SendAsync($"SLURP 127.0.0.1:{port}"));
        Assert.Equal("1", await server.Client.InfoAsync("slurp", "slurp_in_progress"));
        Assert.Equal(
            $"-ERR SLURP from 127.0.0.1:{port} is in progress already: see INFO slurp\r\n",
            await server.Client.SendAsync("SLURP 127.0.0.1:1"));
        Assert.Equal("+OK\r\n", await server.Client.SendAsync("SLURP STOP"));
        Assert.Equal(SlurpStatus.Stopped, (await server.EndedAsync()).Status);
        Assert.Equal("stopped", await server.Client.InfoAsync("slurp", "slurp_status"));
        SlurpProgress next = await server.SlurpAsync($"localhost:{ServerProcess.FreePort()}");
        Assert.Equal(SlurpStatus.Failed, next.Status);
    }

    [Fact]
    public async Task A_port_alone_is_one_of_this_machine_as_in_the_original()
    {
        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($":{ServerProcess.FreePort()}");
        Assert.StartsWith("localhost:", progress.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_server_ends_the_copy()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using SlurpingServer server = new();
        await server.Client.SendAsync($"SLURP 127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        Task ending = server.State.Slurper.EndAsync();
        await ending.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(SlurpStatus.Stopped, server.State.Slurper.Latest!.Status);
        Assert.StartsWith("-ERR SLURP", await server.Client.SendAsync("SLURP 127.0.0.1:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_a_copy_closes_its_connection_while_it_is_being_made()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using SlurpingServer server = new();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await server.Client.SendAsync($"SLURP 127.0.0.1:{port} TLS INSECURE");
        using Socket accepted = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken);
        byte[] hello = new byte[4096];
        using CancellationTokenSource silence = new(TimeSpan.FromSeconds(20));
        Assert.NotEqual(0, await accepted.ReceiveAsync(hello, silence.Token)); // it waits for the other half
        Assert.Equal("+OK\r\n", await server.Client.SendAsync("SLURP STOP"));
        Assert.Equal(SlurpStatus.Stopped, (await server.EndedAsync()).Status);
        while (await accepted.ReceiveAsync(hello, silence.Token) > 0) continue; // to its end, or the silence ends it
    }

    [Fact]
    public async Task A_copy_that_fails_for_a_reason_nobody_thought_of_is_reported_and_another_can_begin()
    {
        using OriginalServer original = new();
        original.Set("key", [0x80]);
        var time = new FailingTime();
        await using SlurpingServer server = new(time);
        time.IsFailing = true;
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Failed, "no clock"), (progress.Status, progress.Failure));
        time.IsFailing = false;
        progress = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Done, 1), (progress.Status, progress.Keys));
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_reported_and_nothing_else_happens()
    {
        await using SlurpingServer server = new();
        int port = ServerProcess.FreePort();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{port} 3");
        Assert.Equal(SlurpStatus.Failed, progress.Status);
        Assert.StartsWith($"127.0.0.1:{port}: cannot connect: ", progress.Failure, StringComparison.Ordinal);
        Assert.Equal("+PONG\r\n", await server.Client.SendAsync("PING"));
    }

    [Fact]
    public async Task Only_a_small_regular_file_is_read_for_certificates_and_a_refusal_says_nothing_of_it()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string text = Path.Combine(folder.FullName, "text");
        string large = Path.Combine(folder.FullName, "large");
        string pipe = Path.Combine(folder.FullName, "pipe");
        await File.WriteAllTextAsync(text, "secret", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(large, new byte[2 * 1024 * 1024], TestContext.Current.CancellationToken);
        using (var making = System.Diagnostics.Process.Start("mkfifo", pipe))
        {
            await making.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, making.ExitCode);
        }

        using TcpListener source = new(IPAddress.Loopback, 0);
        source.Start();
        int port = ((IPEndPoint)source.LocalEndpoint).Port;
        await using SlurpingServer server = new();
        foreach (string path in new[] { text, large, pipe, folder.FullName, "/dev/zero", text + ".missing" })
        {
            SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{port} TLS CACERT {path}");
            Assert.Equal("the file of CACERT cannot be used as a CA certificate", progress.Failure);
        }

        Assert.False(source.Pending()); // refused before connecting
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("u\nQUIT", "word")]
    [InlineData("user", "w\rord")]
    [InlineData("user", "word\r\nFLUSHALL")]
    public async Task Line_breaks_in_credentials_are_never_sent(string user, string password)
    {
        using TcpListener source = new(IPAddress.Loopback, 0);
        source.Start();
        var options = new SlurpOptions("127.0.0.1", ((IPEndPoint)source.LocalEndpoint).Port)
        {
            User = user, Password = System.Text.Encoding.UTF8.GetBytes(password),
        };
        SourceException refusal = await Assert.ThrowsAsync<SourceException>(
            () => SourceConnection.OpenAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains("cannot contain line breaks", refusal.Message, StringComparison.Ordinal);
        Assert.False(source.Pending());
    }

    [Theory]
    [InlineData("+PONG\r\n+PONG\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("*1000000000\r\n")]
    [InlineData("$5\r\nhel")]
    [InlineData("$5\r\nhello\r\n*2\r\n$1\r\n0\r\n*2000000\r\n")]
    [InlineData("$5\r\nhello\r\n*2\r\n$1\r\n0\r\n*1\r\n$2000000\r\n")]
    [InlineData("")]
    public async Task A_source_that_speaks_otherwise_is_reported(string speech)
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        Task speaking = Task.Run(async () =>
        {
            using TcpClient client = await other.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(speech));
            Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[1000])); // its first question
        }, TestContext.Current.CancellationToken);
        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        await speaking;
        Assert.Equal(SlurpStatus.Failed, progress.Status);
        Assert.NotEmpty(progress.Failure);
        Assert.Empty(server.Names());
    }

    /// <summary>Fails where, of a server in memory, only a copy asks.</summary>
    private sealed class FailingTime : TimeProvider
    {
        private volatile bool _isFailing;

        public bool IsFailing
        {
            set => _isFailing = value;
        }

        public override long GetTimestamp() =>
            _isFailing ? throw new InvalidOperationException("no clock") : base.GetTimestamp();
    }
}
