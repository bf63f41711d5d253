using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>What verbs tell of, and when; which event each command means is in the conformance tables.</summary>
public sealed class KeyEventTests : IDisposable
{
    private readonly KeyspaceStore _store = new(16, TimeProvider.System);
    private readonly Recorder _recorder = new();
    private readonly Session _session;

    public KeyEventTests()
    {
        _session = new Session(_store);
        _recorder.Store = _store;
        _store.Events = _recorder;
        _store.ChangeListener = _recorder;
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Events_come_in_the_order_of_what_happened()
    {
        Set("a");
        _session.SetBit("a"u8, 100, bit: true);
        _session.Rename("a"u8, "b"u8, SetCondition.Always);
        Assert.Equal(
            ["New 0 a", "Set 0 a", "SetBit 0 a", "New 0 b", "RenameFrom 0 a", "RenameTo 0 b"], _recorder.Events);
    }

    [Fact]
    public void Events_of_a_transaction_come_at_its_end()
    {
        using (TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards))
        {
            Set("a");
            _session.Delete([Encoding.ASCII.GetBytes("a")]);
            Assert.Empty(_recorder.Events);
            scope.Complete();
        }

        Assert.Equal(["New 0 a", "Set 0 a", "Delete 0 a"], _recorder.Events);
    }

    [Fact]
    public void What_is_taken_back_is_not_told_of()
    {
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) Set("a");
        Assert.False(_session.Exists("a"u8));
        Assert.Equal(["Miss 0 a"], _recorder.Events);
        Set("b");
        Assert.Equal(["Miss 0 a", "New 0 b", "Set 0 b"], _recorder.Events);
    }

    [Fact]
    public void Events_name_the_database_they_are_of()
    {
        Set("a");
        _session.Copy("a"u8, 3, "b"u8, SetCondition.IfMissing);
        Assert.Equal(["New 3 b", "CopyTo 3 b"], _recorder.Events[2..]);
    }

    [Fact]
    public void Nobody_is_told_who_does_not_listen()
    {
        _store.Events = null;
        _store.ChangeListener = null;
        Set("a");
        _session.FlushAll();
        Assert.Empty(_recorder.Events);
        Assert.Empty(_recorder.Changes);
        _store.Events = _recorder;
        Assert.False(_session.Exists("a"u8));
        Assert.Equal(["Miss 0 a"], _recorder.Events);
    }

    [Fact]
    public void Every_change_is_told_of_before_its_key_can_be_read()
    {
        Set("a");
        _session.SetBit("a"u8, 3, bit: true);
        _session.SetBit("a"u8, 3, bit: true); // changes nothing
        _session.BitOp(BitopKind.Not, "d"u8.ToArray(), ["a"u8.ToArray()]);
        _session.ExpireAt("a"u8, _session.NowUnixMs + 100_000, ExpireCondition.None);
        _session.Delete([Encoding.ASCII.GetBytes("a"), Encoding.ASCII.GetBytes("none")]);
        _session.Flush(0);
        IEnumerable<string> changes = _recorder.Changes.Where((name, i) => i == 0 || _recorder.Changes[i - 1] != name);
        Assert.Equal(["a", "d", "a", "*"], changes);
        Assert.True(_recorder.WasHeld);
    }

    private void Set(string name) => _session.Set(
        Encoding.ASCII.GetBytes(name), "v"u8, SetCondition.Always, StringVerbs.NoExpiry, out _);

    private sealed class Recorder : IKeyEvents, IKeyChanges
    {
        public List<string> Events { get; } = [];

        public List<string> Changes { get; } = [];

        public bool WasHeld { get; private set; } = true;

        public void Happened(KeyEvent what, int database, ReadOnlySpan<byte> name) =>
            Events.Add($"{what} {database} {Encoding.ASCII.GetString(name)}");

        public void Changed(int database, ReadOnlySpan<byte> name)
        {
            Changes.Add(Encoding.ASCII.GetString(name));
            WasHeld &= IsHeld(name.ToArray());
        }

        public void Flushed() => Changes.Add("*");

        /// <summary>Whether another thread would have to wait for the key.</summary>
        private bool IsHeld(byte[] name)
        {
            Shard shard = Store!.Shards[new KeyRef(name).Shard];
            bool isHeld = true;
            var other = new Thread(() =>
            {
                isHeld = !shard.Gate.TryEnter();
                if (!isHeld) shard.Gate.Exit();
            });
            other.Start();
            other.Join();
            return isHeld;
        }

        public KeyspaceStore? Store { get; set; }
    }
}
