using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Http.Metrics;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Http.Tests.Metrics;

/// <summary>What a scrape costs does not depend on keys, and nothing of it is left.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ScrapeCostTests : IDisposable
{
    private readonly KeyspaceStore _store = new(databases: 16, TimeProvider.System);
    private readonly Session _session;
    private readonly MetricsPage _page;

    public ScrapeCostTests()
    {
        var server = new ServerState(
            new ServerOptions(), _store, null, TimeProvider.System, NullLogger.Instance, CommandList.Table.Count);
        _session = new Session(_store);
        _page = new MetricsPage(server);
    }

    public void Dispose()
    {
        _page.Dispose();
        _session.Dispose();
    }

    [Fact]
    public async Task Memory_does_not_grow_with_keys()
    {
        for (int i = 0; i < 5; i++) await AllocatedAsync(); // what is made once
        long few = await AllocatedAsync();
        for (int i = 0; i < 50_000; i++) _session.SetBit(BitConverter.GetBytes(i), 7, true);
        Bounds.AtMost(few + 16_384, await AllocatedAsync()); // a third of a byte for each key is too much
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_scrape()
    {
        for (int i = 0; i < 5; i++) await AllocatedAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = 0;
        for (int i = 0; i < 200; i++) allocated += await AllocatedAsync();
        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Bounds.AtMost(allocated / 50, kept); // one in fifty scrapes would be that much
    }

    private async Task<long> AllocatedAsync()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        ReadOnlyMemory<byte> text = await _page.WriteAsync(TestContext.Current.CancellationToken);
        Assert.InRange(text.Length, 1000, int.MaxValue);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}

/// <summary>Tests that measure what the whole process allocates.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
