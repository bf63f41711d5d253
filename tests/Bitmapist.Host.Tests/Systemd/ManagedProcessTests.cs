using System.Net;
using System.Net.Sockets;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;
using TestedServer = Bitmapist.Testing.Servers.BitmapistServer;

namespace Bitmapist.Host.Tests.Systemd;

/// <summary>The executable under a service manager, played by the test: what it hears, and sockets it passes.</summary>
public sealed class ManagedProcessTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const int Terminate = 15;

    // Becomes the server with its listening socket as descriptor 3, as a manager's child does.
    private const string Pass =
        """
        import os, socket, sys
        kind, where, name = sys.argv[1:4]
        s = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET,
                          socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM)
        s.bind(where if kind == "unix" else ("127.0.0.1", int(where)))
        if kind in ("tcp", "unix"): s.listen()
        if kind == "nonblocking":
            s.listen()
            s.setblocking(False)
        if s.fileno() != 3: os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES=name)
        os.execv(sys.argv[4], sys.argv[4:])
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    public ManagedProcessTests() => Prerequisite.Require(OperatingSystem.IsLinux(), "systemd is Linux's");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_manager_hears_of_start_life_and_stop()
    {
        using var manager = new ServiceManager(PathOf("notify"));
        int port = ServerProcess.FreePort();
        using ServerProcess server = Start(
            "/usr/bin/env", $"NOTIFY_SOCKET={manager.Path}", "WATCHDOG_USEC=2000000", TestedServer.ExecutablePath,
            "-addr", $"127.0.0.1:{port}", "-db", PathOf("a.db"));
        await Eventually.IsAsync(() => manager.Has("READY=1"), "that it is ready");
        using (RawConnection client = await RawConnection.ConnectAsync(port))
            Assert.Equal("+PONG", ReplyText.Render(await client.AskAsync("PING")));
        await Eventually.IsAsync(
            () => manager.Messages.Count(message => message == "WATCHDOG=1") >= 2, "signs of life");
        server.Signal(Terminate);
        Assert.Equal(0, server.WaitForExit());
        IReadOnlyList<string> messages = manager.Messages;
        int ready = messages.ToList().FindIndex(message => message.StartsWith("READY=1\n", StringComparison.Ordinal));
        Assert.Contains($"STATUS=loading data from {PathOf("a.db")}", messages.Take(ready));
        Assert.Equal($"READY=1\nSTATUS=serving at 127.0.0.1:{port}", messages[ready]);
        Assert.Contains("STOPPING=1\nSTATUS=stopping", messages.Skip(ready));
    }

    [Fact]
    public void A_start_that_is_refused_is_never_called_ready_and_the_manager_hears_why()
    {
        using var manager = new ServiceManager(PathOf("notify"));
        File.WriteAllText(PathOf("a.db"), "no database");
        using ServerProcess server = Start(
            "/usr/bin/env", $"NOTIFY_SOCKET={manager.Path}", TestedServer.ExecutablePath,
            "-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", PathOf("a.db"));
        Assert.Equal(1, server.WaitForExit());
        Assert.Contains("is not a bitmapist", manager.Messages[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(manager.Messages, message => message.Contains("READY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("io_uring", "tcp")]
    [InlineData("epoll", "tcp")]
    [InlineData("pipelines", "tcp")]
    [InlineData("io_uring", "nonblocking")]
    [InlineData("epoll", "nonblocking")]
    [InlineData("pipelines", "nonblocking")]
    public async Task A_passed_socket_is_served_in_place_of_the_address(string transport, string kind)
    {
        int port = ServerProcess.FreePort(), other = ServerProcess.FreePort();
        using ServerProcess server = Passed(
            kind, $"{port}", "redis", "-io-transport", transport, "-addr", $"127.0.0.1:{other}");
        Assert.True(server.WaitForPong(port), server.Output);
        for (int i = 0; i < 3; i++) // it is listened on again after each
        {
            using RawConnection client = await RawConnection.ConnectAsync(port);
            Assert.Equal($":{(i == 0 ? 0 : 1)}", ReplyText.Render(await client.AskAsync("SETBIT k 7 1")));
            Assert.Equal($"['port', '{port}']", ReplyText.Render(await client.AskAsync("CONFIG GET port")));
        }

        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            Assert.Throws<SocketException>(() => probe.Connect(IPAddress.Loopback, other));
        server.Signal(Terminate);
        Assert.Equal(0, server.WaitForExit());
        Assert.Contains("a socket that the service manager has passed", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passed_unix_socket_is_served_and_its_file_stays_the_managers()
    {
        string path = PathOf("redis.sock");
        using ServerProcess server = Passed("unix", path, "redis");
        await Eventually.IsAsync(() => File.Exists(path), "the socket");
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await Eventually.IsAsync(() => Connects(client, path), "somebody who listens");
            client.Send("PING\r\n"u8);
            byte[] reply = new byte[7];
            int bytes = 0;
            while (bytes < reply.Length) bytes += client.Receive(reply.AsSpan(bytes));
            Assert.Equal("+PONG\r\n"u8.ToArray(), reply);
        }

        server.Signal(Terminate);
        Assert.Equal(0, server.WaitForExit());
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_passed_socket_of_datagrams_is_refused_by_its_number()
    {
        using ServerProcess server = Passed("datagram", $"{ServerProcess.FreePort()}", "redis");
        Assert.Equal(2, server.WaitForExit());
        Assert.Contains("descriptor 3, passed by the service manager, is not listening", server.Output,
            StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("a.db")));
    }

    [Fact]
    public void A_socket_named_tls_needs_a_certificate()
    {
        using ServerProcess server = Passed("tcp", $"{ServerProcess.FreePort()}", "tls");
        Assert.Equal(1, server.WaitForExit());
        Assert.Contains("tls-cert-file", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_for_another_process_are_none()
    {
        int port = ServerProcess.FreePort();
        using ServerProcess server = Start(
            "/usr/bin/env", "LISTEN_PID=1", "LISTEN_FDS=1", TestedServer.ExecutablePath,
            "-addr", $"127.0.0.1:{port}", "-db", PathOf("a.db"));
        Assert.True(server.WaitForPong(port), server.Output);
    }

    private static bool Connects(Socket client, string path)
    {
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private ServerProcess Passed(string kind, string where, string name, params string[] arguments)
    {
        Prerequisite.Require(File.Exists(Python), $"{Python} is not installed: apt-get install python3-redis");
        return Start(
            Python, ["-c", Pass, kind, where, name, TestedServer.ExecutablePath, "-db", PathOf("a.db"), .. arguments]);
    }

    private ServerProcess Start(string program, params string[] arguments) =>
        new(program, arguments, _folder.FullName);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
