using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Upkeep;

/// <summary>The removal of expired keys in the background, which must not end before the server does.</summary>
public sealed class ExpiryCycleTests
{
    [Fact]
    public async Task A_turn_that_fails_for_a_reason_nobody_thought_of_is_told_and_the_next_ones_go_on()
    {
        var time = new FailingTime();
        var store = new KeyspaceStore(1, time);
        using var session = new Session(store);
        session.SetBit(Name.Bytes("key"), 1, bit: true);
        session.ExpireAt(
            Name.Bytes("key"), time.GetUtcNow().ToUnixTimeMilliseconds() + 50, ExpireCondition.None);
        int told = 0;
        time.IsFailing = true;
        await using (new ExpiryCycle(store, time, failure =>
        {
            Assert.Equal("no clock", failure.Message);
            Interlocked.Increment(ref told);
        }))
        {
            await UntilAsync(() => Volatile.Read(ref told) >= 2);
            Assert.Equal(0, store.Statistics().Expired);
            time.IsFailing = false;
            await UntilAsync(() => store.Statistics().Expired == 1);
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.True(i < 2000, "it does not come to pass");
            await Eventually.AMomentAsync(10);
        }
    }

    private sealed class FailingTime : TimeProvider
    {
        private volatile bool _isFailing;

        public bool IsFailing
        {
            set => _isFailing = value;
        }

        public override DateTimeOffset GetUtcNow() =>
            _isFailing ? throw new InvalidOperationException("no clock") : base.GetUtcNow();
    }
}
