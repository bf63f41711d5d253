using System.Runtime.CompilerServices;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>What callers do with their replies must not be done on the connection's threads: it may block.</summary>
public sealed class CallerThreadTests(BitmapistServer server) : IClassFixture<BitmapistServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Operations => [.. ClientOperations.Names];

    [Theory]
    [MemberData(nameof(Operations))]
    public Task Callers_go_on_elsewhere(string name) => GoOnAsync(name);

    /// <summary>Goes on wherever it is told, as a library of the caller's would.</summary>
    private async Task GoOnAsync(string name)
    {
        await using BitmapistClient client =
            await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}?layout=bitmapist3", Cancel)
                .ConfigureAwait(false);
        AssertElsewhere();
        for (int i = 0; i < 3; i++)
        {
            await ClientOperations.RunAsync(name, client, Cancel).ConfigureAwait(false);
            AssertElsewhere();
        }

        await client.DisposeAsync().ConfigureAwait(false);
        AssertElsewhere();
    }

    [Fact]
    public async Task Sources_of_bulks_are_read_elsewhere_and_may_ask_the_same_client_and_block()
    {
        await using BitmapistClient client = await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}", Cancel);
        Assert.Equal(5_000, await client.MarkAsync("blocking", Blocking(), cancellationToken: Cancel));

        IEnumerable<uint> Blocking()
        {
            for (uint id = 0; id < 5_000; id++)
            {
                AssertElsewhere(mayBeBulk: true);
                if (id % 100 == 0) client.MarkUniqueAsync("inner", id, Cancel).Wait(Cancel);
                yield return id;
            }
        }
    }

    /// <summary>An async method's own task runs what awaits it on the thread that ends it.</summary>
    [Fact]
    public void No_public_method_gives_the_task_of_an_async_method()
    {
        IEnumerable<string> wrong =
            from type in typeof(BitmapistClient).Assembly.GetExportedTypes()
            from method in type.GetMethods()
            where method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false)
                || method.IsDefined(typeof(AsyncIteratorStateMachineAttribute), inherit: false)
            select $"{type.Name}.{method.Name}";
        Assert.Empty(wrong);
    }

    /// <summary>An ordinary await falls back to the thread pool once in a while; see <see cref="PoolFree"/>.</summary>
    [Fact]
    public void Every_await_of_the_library_does_without_the_pool()
    {
        string[] allowed = [".WithoutPool()", ".AndAway()", ".Quietly()"];
        var wrong = new List<string>();
        foreach (string path in Directory.EnumerateFiles(
            Path.Combine(RepositoryFiles.Root, "src/Bitmapist.Client"), "*.cs", SearchOption.AllDirectories))
        {
            if (path.Contains("/obj/", StringComparison.Ordinal)) continue;
            string code = string.Join('\n', File.ReadLines(path).Where(line => !line.TrimStart().StartsWith("//")));
            int awaits = code.Split("await ").Length - 1;
            int free = allowed.Sum(way => code.Split(way).Length - 1);
            if (awaits != free || code.Contains("await foreach", StringComparison.Ordinal))
                wrong.Add($"{path}: {awaits} awaits, {free} without the pool");
        }

        Assert.Empty(wrong);
    }

    private static void AssertElsewhere(bool mayBeBulk = false)
    {
        string name = Thread.CurrentThread.Name ?? "";
        if (mayBeBulk && name == "bitmapist bulk") return;
        Assert.DoesNotContain("bitmapist", name, StringComparison.Ordinal);
    }
}
