using System.Text;
using Bitmapist.Conformance.Tests.Clients;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>
/// Protected mode, with a client in a network namespace of its own, which is another machine as far as a server can
/// tell: what it is told is what Redis tells it.
/// </summary>
public sealed class BitmapistProtectedMode
{
    private const string Ip = "/usr/sbin/ip";
    private const string Here = "203.0.113.1"; // of TEST-NET-3, RFC 5737
    private const string There = "203.0.113.2";

    private readonly string _namespace = $"bm{Environment.ProcessId}";

    [Fact]
    public async Task Who_comes_from_another_machine_needs_a_password_to_be_let_in()
    {
        Prerequisite.Require(File.Exists(Ip), "ip is not installed: apt-get install iproute2");
        Prerequisite.Require(RedisServer.ExecutablePath is not null, "redis-server is not installed");
        Prerequisite.Require(Environment.IsPrivilegedProcess, "network namespaces can be made by root alone");
        await ConnectNamespaceAsync();
        try
        {
            int port = ServerProcess.FreePort(), http = ServerProcess.FreePort();
            using BitmapistServer server =
                BitmapistServer.With("-addr", $"{Here}:{port}", "-http", $"{Here}:{http}");
            using ReachableRedis redis = new(ServerProcess.FreePort());
            string denied = await HearAsync(port);
            Assert.StartsWith("-DENIED ", denied, StringComparison.Ordinal);
            Assert.Equal(await HearAsync(redis.Port), denied);
            Assert.Equal("HTTP/1.1 403 Forbidden\r\n", await HearAsync(http, "GET /healthz HTTP/1.0\\r\\n"));

            using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
            string stats = Encoding.Latin1.GetString(await admin.AskAsync("INFO stats"));
            Assert.Contains("rejected_connections:1\r\n", stats, StringComparison.Ordinal);
            await admin.AskAsync("CONFIG SET requirepass secret");
            Assert.Equal("-NOAUTH Authentication required.\r\n", await HearAsync(port, "PING"));
            Assert.Equal("HTTP/1.1 200 OK\r\n", await HearAsync(http, "GET /healthz HTTP/1.0\\r\\n"));
            Assert.Equal("HTTP/1.1 401 Unauthorized\r\n", await HearAsync(http, "GET /metrics HTTP/1.0\\r\\n"));
            Assert.Equal("+OK\r\n+PONG\r\n", await HearAsync(port, "AUTH secret", "PING"));
            await admin.AskAsync("ACL SETUSER default nopass");
            Assert.Equal(denied, await HearAsync(port));
            await admin.AskAsync("CONFIG SET protected-mode no");
            Assert.Equal("+PONG\r\n", await HearAsync(port, "PING"));
        }
        finally
        {
            await ClientProgram.RunAsync(Ip, ["netns", "del", _namespace]);
        }
    }

    private async Task ConnectNamespaceAsync()
    {
        string outer = _namespace + "o", inner = _namespace + "i";
        string[][] steps =
        [
            ["netns", "add", _namespace],
            ["link", "add", outer, "type", "veth", "peer", "name", inner, "netns", _namespace],
            ["addr", "add", $"{Here}/30", "dev", outer],
            ["link", "set", outer, "up"],
            ["-n", _namespace, "addr", "add", $"{There}/30", "dev", inner],
            ["-n", _namespace, "link", "set", inner, "up"],
        ];
        foreach (string[] step in steps) await ClientProgram.RunAsync(Ip, step);
    }

    /// <summary>What a client of the namespace is sent until its connection ends.</summary>
    private Task<string> HearAsync(int port, params string[] commands)
    {
        string[] ended = [.. commands, "QUIT"];
        string lines = string.Concat(ended.Select(line => line + "\\r\\n"));
        string send = commands.Length == 0 ? "" : $"printf '{lines}' >&3; ";
        string listen = commands.Length == 0 ? "cat <&3" : $"head -n {commands.Length} <&3";
        string script = $"exec 3<>/dev/tcp/{Here}/{port}; {send}timeout 10 {listen}";
        return ClientProgram.RunAsync(Ip, ["netns", "exec", _namespace, "/bin/bash", "-c", script]);
    }

    /// <summary>A redis-server that listens where the namespace reaches it.</summary>
    private sealed class ReachableRedis : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-test-");
        private readonly ServerProcess _process;

        public ReachableRedis(int port)
        {
            Port = port;
            _process = new ServerProcess(
                RedisServer.ExecutablePath!, ["--port", $"{port}", "--bind", Here, "127.0.0.1", "--save", ""],
                _folder.FullName);
            Assert.True(_process.WaitForPong(port), _process.Output);
        }

        public int Port { get; }

        public void Dispose()
        {
            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
