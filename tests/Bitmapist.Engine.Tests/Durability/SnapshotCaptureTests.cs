using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Durability;

/// <summary>
/// Captures read out step by step while verbs go on between the steps, flushes and expiry among them: what comes out,
/// laid over what earlier captures left, is the state of the cut. Some captures fail, some fail after their file was
/// adopted all the same.
/// </summary>
public sealed class SnapshotCaptureTests
{
    private const int Databases = 3;

    public static TheoryData<int> Seeds => [1, 2, Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_capture_holds_the_state_of_its_cut_whatever_happens_meanwhile(int seed)
    {
        Random random = new(seed);
        using var run = new CaptureRun(random);
        for (int round = 0; round < 80; round++)
        {
            try
            {
                run.Round();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}: {e.Message}", e);
            }
        }
    }

    private sealed class CaptureRun : IDisposable
    {
        private readonly Random _random;
        private readonly ManualTime _time = new();
        private readonly KeyspaceStore _store;
        private readonly PairedKeyspace _pair;
        private readonly RandomVerbs _verbs;
        private readonly Session _saver;
        private Dictionary<(int Database, string Name), ModelKey> _file = [];
        private int _number;
        private int _savedEpoch;

        public CaptureRun(Random random)
        {
            _random = random;
            _time.Advance(TimeSpan.FromSeconds(1000));
            _store = new KeyspaceStore(Databases, _time);
            _savedEpoch = _store.Epoch - 1;
            _saver = new Session(_store);
            _pair = new PairedKeyspace(
                new Session(_store), new ModelKeyspace(() => _time.GetUtcNow().ToUnixTimeMilliseconds()));
            _verbs = new RandomVerbs(random, _time, Databases, names: random.Next(4, 60));
        }

        public void Round()
        {
            Disturb(_random.Next(150));
            _saver.Store.RemoveExpired(_saver); // the model drops keys by the clock, a capture what is in the tables
            Dictionary<(int, string), ModelKey> expected = new(_pair.Model.Keys);
            SnapshotCapture capture = Cut();
            Dictionary<(int, string), ModelKey> file =
                capture.Scope == SnapshotScope.Changes ? new(_file) : [];
            ReadOut(capture, file);
            Assert.Equal(Lines(expected), Lines(file));
            End(capture, file);
        }

        public void Dispose()
        {
            _saver.Dispose();
            _pair.Session.Dispose();
        }

        private SnapshotCapture Cut()
        {
            using TransactionScope scope = _saver.BeginTransaction(KeyspaceStore.AllShards);
            bool isFlushed = _store.Shards.Any(shard => shard.Dirty.IsFlushed);
            SnapshotScope what = _random.Next(4) switch
            {
                0 => SnapshotScope.Backup,
                1 => SnapshotScope.Everything,
                _ => isFlushed ? SnapshotScope.Everything : SnapshotScope.Changes,
            };
            return _store.BeginCapture(
                cutEpoch => new SnapshotCapture(_store.Shards, what, ++_number, cutEpoch, _savedEpoch));
        }

        private void ReadOut(SnapshotCapture capture, Dictionary<(int, string), ModelKey> file)
        {
            List<CapturedKey> batch = [];
            for (int shard = 0; shard < Limits.Shards; shard++)
            {
                bool isMore = true;
                while (isMore)
                {
                    if (_random.Next(8) == 0) Disturb(_random.Next(6));
                    batch.Clear();
                    using (_saver.Enter(1UL << shard)) isMore = capture.CaptureNext(shard, batch);
                    if (_random.Next(8) == 0) Disturb(_random.Next(6));
                    foreach (CapturedKey key in batch) Apply(key, file);
                }
            }
        }

        private static void Apply(in CapturedKey key, Dictionary<(int, string), ModelKey> file)
        {
            (int, string) name = (key.Database, Name.Text(key.Name));
            if (key.Value is { } value) file[name] = new ModelKey(KeyspaceState.Bytes(value), key.ExpiresAtUnixMs);
            else file.Remove(name);
        }

        private void End(SnapshotCapture capture, Dictionary<(int, string), ModelKey> file)
        {
            bool isFailed = _random.Next(3) == 0;
            bool isAdopted = !isFailed || _random.Next(2) == 0;
            using TransactionScope scope = _saver.BeginTransaction(KeyspaceStore.AllShards);
            _store.EndCapture();
            if (capture.Scope == SnapshotScope.Backup) return;
            if (isAdopted) _file = file;
            if (isFailed) capture.GiveBack();
            else _savedEpoch = capture.CutEpoch;
        }

        private void Disturb(int steps)
        {
            for (; steps > 0; steps--)
            {
                _verbs.Step(_pair);
                if (_random.Next(10) == 0) _verbs.PassTime();
            }
        }

        private static IEnumerable<string> Lines(Dictionary<(int, string), ModelKey> keys) =>
            keys.Select(key => $"{key.Key} {key.Value.ExpiresAt} {Convert.ToHexString(key.Value.Bytes)}")
                .Order(StringComparer.Ordinal);
    }
}
