using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>
/// Captures read out step by step while verbs go on between the steps, flushes and expiry among them: what comes out,
/// laid over what earlier captures left, is the state of the cut. Keys are evicted and come back meanwhile. Some
/// captures fail, some after what they wrote became the database all the same.
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
        private readonly KeyWriter _keys = new();
        private readonly DatabaseFile _file =
            DatabaseFile.OpenOrCreate(new SimulatedFileSystem(), "/data/bitmapist.db");

        public CaptureRun(Random random)
        {
            _random = random;
            _time.Advance(TimeSpan.FromSeconds(1000));
            _store = new KeyspaceStore(Databases, _time);
            _store.Attach(_file, new KeyTotals());
            _saver = new Session(_store);
            _pair = new PairedKeyspace(
                new Session(_store), new ModelKeyspace(() => _time.GetUtcNow().ToUnixTimeMilliseconds()));
            // After a swap a save writes the file anew, which is not done here.
            _verbs = new RandomVerbs(random, _time, Databases, names: random.Next(4, 60)) { AreSwapping = false };
        }

        public void Round()
        {
            Disturb(_random.Next(150));
            ExpiredKeys.Remove(_saver); // the model drops keys by the clock, a capture what is in the tables
            Dictionary<(int, string), ModelKey> expected = new(_pair.Model.Keys);
            SnapshotCapture capture = Cut();
            bool isFailed = _random.Next(3) == 0;
            bool isWritten = !isFailed || _random.Next(2) == 0;
            using (GenerationWriter writer = _file.BeginGeneration())
            {
                new SnapshotWriter(_store).RemoveUnwanted(capture, _file, writer);
                ReadOut(capture, writer);
                KeyWriter.PutTotals(writer, capture.Totals);
                if (isWritten) writer.Commit(firstLogSequence: 1);
            }

            if (isWritten) Assert.Equal(Lines(expected), Lines(Stored()));
            if (isWritten) Assert.Equal(expected.Count, KeyTotals.Of(_file).Keys);
            using TransactionScope scope = _saver.BeginTransaction(KeyspaceStore.AllShards);
            if (isFailed) _store.AbandonCapture(capture);
            else _store.CompleteCapture(capture, _file);
        }

        public void Dispose()
        {
            _saver.Dispose();
            _pair.Session.Dispose();
            _file.Dispose();
        }

        private SnapshotCapture Cut()
        {
            using TransactionScope scope = _saver.BeginTransaction(KeyspaceStore.AllShards);
            return _store.BeginCapture();
        }

        private void ReadOut(SnapshotCapture capture, GenerationWriter writer)
        {
            List<CapturedKey> batch = [];
            for (int shard = 0; shard < EngineLimits.Shards; shard++)
            {
                bool isMore = true;
                while (isMore)
                {
                    if (_random.Next(8) == 0) Disturb(_random.Next(6));
                    batch.Clear();
                    using (_saver.Enter(1UL << shard)) isMore = capture.CaptureNext(shard, batch);
                    if (_random.Next(8) == 0) Disturb(_random.Next(6));
                    foreach (CapturedKey key in batch) _keys.Put(writer, key, _file);
                }
            }
        }

        private Dictionary<(int, string), ModelKey> Stored()
        {
            var contents = new DatabaseReader(_file);
            return contents.Keys().ToDictionary(
                key => (key.Database, Name.Text(key.Name.Span)),
                key => new ModelKey(KeyspaceState.Bytes(contents.Read(key)), key.ExpiresAtUnixMs));
        }

        private void Disturb(int steps)
        {
            for (; steps > 0; steps--)
            {
                _verbs.Step(_pair);
                if (_random.Next(10) == 0) _verbs.PassTime();
                if (_random.Next(30) == 0) Evict();
            }
        }

        /// <summary>Evicts everything clean.</summary>
        private void Evict()
        {
            using var hotSet = new HotSet(_store, budgetBytes: 1, TimeSpan.Zero);
            hotSet.Sweep();
        }

        private static IEnumerable<string> Lines(Dictionary<(int, string), ModelKey> keys) =>
            keys.Select(key => $"{key.Key} {key.Value.ExpiresAt} {Convert.ToHexString(key.Value.Bytes)}")
                .Order(StringComparer.Ordinal);
    }
}
