using Bitmapist.Server.Upkeep;
using Bitmapist.Testing.Files;

namespace Bitmapist.Server.Tests.Upkeep;

public sealed class IdleCollectorTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly RecordingLogger _logger = new();
    private readonly FakeHeap _heap = new();
    private readonly IdleCollector _collector;

    public IdleCollectorTests() => _collector = new IdleCollector(_heap, _time, _logger);

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Fact]
    public void Memory_is_given_back_once_when_a_load_is_over_and_once_more_for_the_pools()
    {
        for (int i = 0; i < 10; i++) Pass(allocatedBytes: 50_000_000);
        Assert.Empty(_heap.Collections);
        for (int i = 0; i < IdleCollector.QuietSeconds - 1; i++) Pass(allocatedBytes: 100_000);
        Assert.Empty(_heap.Collections);
        Pass(allocatedBytes: 100_000);
        Assert.Equal([true], _heap.Collections);
        for (int i = 0; i < 1000; i++) Pass(allocatedBytes: 1000);
        Assert.Equal([true, true], _heap.Collections);
    }

    [Fact]
    public void A_server_that_is_never_quiet_or_does_little_is_left_alone()
    {
        for (int i = 0; i < 300; i++) Pass(allocatedBytes: i % 4 == 0 ? 2_000_000 : 0);
        Assert.Empty(_heap.Collections);
        for (int i = 0; i < 300; i++) Pass(allocatedBytes: 100);
        Assert.Equal([true, true], _heap.Collections); // of what was done before
        for (int i = 0; i < 300; i++) Pass(allocatedBytes: 30_000);
        Assert.Equal([true, true], _heap.Collections);
    }

    [Fact]
    public void Bitmaps_that_leave_an_idle_server_are_given_back_too()
    {
        _heap.ResidentBytes = 60_000_000;
        Pass(allocatedBytes: 100_000_000);
        for (int i = 0; i < 200; i++) Pass(allocatedBytes: 0);
        int before = _heap.Collections.Count;
        _heap.ResidentBytes = 1_000_000;
        Pass(allocatedBytes: 0);
        Assert.Equal(before + 1, _heap.Collections.Count);
        for (int i = 0; i < 200; i++) Pass(allocatedBytes: 0);
        Assert.Equal(before + 1, _heap.Collections.Count);
    }

    [Fact]
    public void A_large_heap_is_collected_without_a_long_pause_and_what_is_left_soon_afterwards()
    {
        _heap.HeapBytes = IdleCollector.BlockingBytesMax + 1;
        Pass(allocatedBytes: 100_000_000);
        for (int i = 0; i < IdleCollector.QuietSeconds; i++) Pass(allocatedBytes: 0);
        Assert.Equal([false], _heap.Collections);
        _heap.HeapBytes = 1_000_000; // nearly all was garbage
        for (int i = 0; i < IdleCollector.QuietSeconds; i++) Pass(allocatedBytes: 0);
        Assert.Equal([false, true], _heap.Collections);
    }

    [Fact]
    public void Clients_that_ask_without_allocating_are_not_kept_waiting()
    {
        Pass(allocatedBytes: 100_000_000);
        for (int i = 0; i < 1000; i++) Pass(allocatedBytes: 900_000, commands: 370);
        Assert.Equal([false, false], _heap.Collections); // in the background, and once for the pools
        for (int i = 0; i < IdleCollector.QuietSeconds; i++) Pass(allocatedBytes: 0, commands: 2);
        Assert.Equal([false, false, true], _heap.Collections);
    }

    [Fact]
    public async Task A_failure_that_nobody_thought_of_is_told_and_the_next_second_looks_again()
    {
        _heap.Failure = new InvalidOperationException("no heap");
        await UntilAsync(() => _logger.Lines.Count > 0);
        Assert.Equal("giving memory back failed, will be tried again: no heap", Assert.Single(_logger.Lines));
        _heap.Failure = null;
        _heap.Add(100_000_000);
        await UntilAsync(() => _heap.Collections.Count > 0);
    }

    /// <summary>Lets a second pass.</summary>
    private void Pass(long allocatedBytes, long commands = 0)
    {
        _heap.Add(allocatedBytes);
        _heap.ReceivedBytes += commands * 30;
        _collector.Look();
    }

    /// <summary>Lets seconds pass by the collector's own clock.</summary>
    private Task UntilAsync(Func<bool> isSo) => Eventually.IsAsync(
        () =>
        {
            if (isSo()) return true;
            _time.Advance(TimeSpan.FromSeconds(1));
            return false;
        },
        "the collector looks");

    private sealed class FakeHeap : IHeap
    {
        private readonly Lock _gate = new();
        private readonly List<bool> _collections = [];
        private long _allocatedBytes;

        public Exception? Failure { get; set; }

        public IReadOnlyList<bool> Collections
        {
            get
            {
                lock (_gate) return [.. _collections];
            }
        }

        public long AllocatedBytes => Failure is null ? Volatile.Read(ref _allocatedBytes) : throw Failure;

        public long HeapBytes { get; set; }

        public long ResidentBytes { get; set; }

        public long ReceivedBytes { get; set; }

        public void Add(long bytes) => Interlocked.Add(ref _allocatedBytes, bytes);

        public void Collect(bool isBlocking)
        {
            lock (_gate) _collections.Add(isBlocking);
        }
    }
}
