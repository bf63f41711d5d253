namespace Bitmapist.Client.Tests.Connections;

public sealed class ByteGateTests
{
    private static readonly CancellationToken s_never = CancellationToken.None;

    [Fact]
    public void What_fits_enters_at_once()
    {
        var gate = new ByteGate(10);
        Assert.True(gate.TryEnter(4));
        Assert.True(gate.TryEnter(6));
        Assert.False(gate.TryEnter(1));
        Assert.Equal(10, gate.Bytes);
    }

    [Fact]
    public async Task Those_who_wait_enter_in_order()
    {
        var gate = new ByteGate(10);
        await gate.EnterAsync(10, long.MaxValue, s_never);
        Task large = gate.EnterAsync(8, long.MaxValue, s_never).AsTask();
        Task small = gate.EnterAsync(1, long.MaxValue, s_never).AsTask();
        gate.Leave(5);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted); // it would fit, but is second
        Assert.False(gate.TryEnter(1));
        gate.Leave(5);
        await large;
        await small;
        Assert.Equal(9, gate.Bytes);
    }

    [Fact]
    public async Task What_is_larger_than_the_gate_passes_alone()
    {
        var gate = new ByteGate(10);
        await gate.EnterAsync(100, long.MaxValue, s_never);
        Task next = gate.EnterAsync(1, long.MaxValue, s_never).AsTask();
        Assert.False(next.IsCompleted);
        gate.Leave(100);
        await next;
        Task giant = gate.EnterAsync(100, long.MaxValue, s_never).AsTask();
        Assert.False(giant.IsCompleted);
        gate.Leave(1);
        await giant;
    }

    [Fact]
    public async Task Who_gives_up_holds_nobody_back()
    {
        var gate = new ByteGate(10);
        await gate.EnterAsync(8, long.MaxValue, s_never);
        using var patience = new CancellationTokenSource();
        Task large = gate.EnterAsync(8, long.MaxValue, patience.Token).AsTask();
        Task small = gate.EnterAsync(2, long.MaxValue, s_never).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(10, gate.Bytes);
    }

    [Fact]
    public async Task Whose_time_runs_out_holds_nobody_back_and_a_postponed_deadline_counts()
    {
        var gate = new ByteGate(10);
        Assert.Equal(7, await gate.EnterAsync(8, deadline: 7, s_never));
        Task<long> large = gate.EnterAsync(8, deadline: 20, s_never).AsTask();
        Task<long> small = gate.EnterAsync(2, deadline: 30, s_never).AsTask();
        Assert.Equal(0, gate.Sweep(19, () => new TimeoutException()));
        gate.Postpone(25);
        Assert.Equal(0, gate.Sweep(24, () => new TimeoutException()));
        Assert.Equal(1, gate.Sweep(25, () => new TimeoutException()));
        await Assert.ThrowsAsync<TimeoutException>(() => large);
        Assert.Equal(30, await small); // its own was later
        Assert.Equal(10, gate.Bytes);
        Task<long> last = gate.EnterAsync(1, deadline: 30, s_never).AsTask();
        gate.Postpone(40);
        gate.Leave(8);
        Assert.Equal(40, await last);
        Assert.Equal(0, gate.Sweep(long.MaxValue, () => new TimeoutException()));
        Assert.Equal(3, gate.Bytes);
    }

    [Fact]
    public async Task The_bound_holds_and_everybody_gets_in()
    {
        int seed = Environment.TickCount;
        var gate = new ByteGate(1_000);
        long inside = 0, most = 0;
        Assert.True(gate.TryEnter(500) && gate.TryEnter(500)); // there is room for two at once
        gate.Leave(500);
        gate.Leave(500);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(async () =>
        {
            var random = new Random(seed + number);
            for (int i = 0; i < 50; i++)
            {
                int bytes = random.Next(1, 600);
                using var patience = new CancellationTokenSource();
                if (random.Next(10) == 0) patience.CancelAfter(0);
                try
                {
                    await gate.EnterAsync(bytes, long.MaxValue, patience.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Add(ref inside, bytes));
                if (random.Next(3) == 0) await Task.Yield();
                Interlocked.Add(ref inside, -bytes);
                gate.Leave(bytes);
            }
        })));
        Assert.True(most is > 0 and <= 1_000, $"seed {seed}: {most} bytes at once");
        Assert.Equal(0, gate.Bytes);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        long seen = Volatile.Read(ref target);
        while (value > seen) seen = Interlocked.CompareExchange(ref target, value, seen) is var found && found == seen
            ? value : found;
    }
}
