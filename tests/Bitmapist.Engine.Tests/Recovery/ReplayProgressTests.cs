using Bitmapist.Engine.Recovery;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Recovery;

public sealed class ReplayProgressTests
{
    private const string Database = "/data/a.db";
    private readonly List<(long Done, long All)> _told = [];
    private readonly ManualTime _time = new();

    [Fact]
    public void It_is_told_once_a_second_over_all_segments_that_are_replayed()
    {
        var files = new SimulatedFileSystem();
        foreach ((long sequence, int bytes) in new[] { (6L, 900), (7L, 1000), (8L, 500) })
            files.WriteAll(SegmentName.For(Database, sequence), new byte[bytes]);
        var progress = new ReplayProgress(
            files, Database, firstSequence: 7, _time, (done, all) => _told.Add((done, all)));

        Replay(progress, 7, offset: 300);
        Assert.Empty(_told); // no second has passed
        _time.Advance(TimeSpan.FromSeconds(1));
        Replay(progress, 7, offset: 700);
        Replay(progress, 7, offset: 800);
        _time.Advance(TimeSpan.FromSeconds(1));
        Replay(progress, 8, offset: 250);
        Assert.Equal([(700, 1500), (1250, 1500)], _told);
    }

    /// <summary>As many records as it looks at the clock after.</summary>
    private static void Replay(ReplayProgress progress, long sequence, long offset)
    {
        var record = new LogRecord(SegmentName.For(Database, sequence), offset, []);
        for (int i = 0; i < 1024; i++) progress.Replayed(record);
    }
}
