using Bitmapist.Migration.Tests.GoServer;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>
/// A database of the Go server is taken over by a start whose calls fail: the start is refused, the old file is whole
/// under one of its two names, and the next start takes it over.
/// </summary>
internal static class FailedConversion
{
    private const int Keys = 50;

    public static async Task RunAsync(string call, string[] faults)
    {
        await RunAsync(faults, ".converting", ".converting.new");
        if (call != "rename") return;
        await RunAsync(faults, ""); // the old file's own (strace goes by the name that is given up)
        await RunAsync(faults, ".converting"); // the last one
    }

    private static async Task RunAsync(string[] faults, params string[] suffixes)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string database = Path.Combine(folder.FullName, "bitmapist.db");
        byte[] old = BoltBytes.WithKeys(4096, [.. Enumerable.Range(0, Keys).Select(i => ($"key{i:D3}", (uint)i))]);
        File.WriteAllBytes(database, old);
        (int exitCode, string output) = await StartAsync(
            folder.FullName, database, faults, [.. suffixes.Select(suffix => database + suffix)]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"bitmapist-server: {database}", output, StringComparison.Ordinal);
        string kept = File.Exists(database + ".go-server") ? database + ".go-server" : database;
        Assert.Equal(old, File.ReadAllBytes(kept));

        int port = ServerProcess.FreePort();
        using (ServerProcess server = new(
            BitmapistServer.ExecutablePath, ["-addr", $"127.0.0.1:{port}", "-db", database], folder.FullName))
        {
            Assert.True(server.WaitForPong(port), server.Output);
            using RawConnection client = await RawConnection.ConnectAsync(port);
            Assert.Equal($":{Keys}", ReplyText.Render(await client.AskAsync("DBSIZE")));
            for (int i = 0; i < Keys; i++)
                Assert.Equal(":1", ReplyText.Render(await client.AskAsync($"GETBIT key{i:D3} {i}")));
            server.Signal(15);
            Assert.Equal(0, server.WaitForExit());
        }

        Assert.Equal(old, File.ReadAllBytes(database + ".go-server"));
        folder.Delete(recursive: true);
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(
        string folder, string database, string[] faults, string[] paths)
    {
        using ServerProcess failing = Strace.StartServer(
            folder, Assert.Single(faults), paths,
            "-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", database);
        int exitCode = await Task.Run(failing.WaitForExit);
        return (exitCode, failing.Output);
    }
}
