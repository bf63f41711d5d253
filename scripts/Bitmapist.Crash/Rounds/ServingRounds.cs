using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash.Rounds;

/// <summary>Kills of a server that clients write to, at different work. Each leaves it dead.</summary>
internal sealed class ServingRounds(MainDatabase database, Random random)
{
    private const int SignalBackup = 10;
    private const int StartsKilledMax = 2;
    private const int CompactionAttempts = 6;
    private readonly Dictionary<RoundKind, Aim> _aims = [];

    private ServerProcess Server => database.Server.Process;

    private string CompactionPath => database.DatabasePath + ".new"; // deleted by every start, renamed at the end

    private string[] UnfinishedBackupPaths =>
        [database.BackupPath + ".unverified.new", database.BackupPath + ".unverified"];

    /// <summary>Runs one round of a kind that needs nothing but the database and its clients.</summary>
    public async Task<Outcome> RunAsync(RoundKind kind)
    {
        await database.BeginWritingAsync();
        Outcome outcome = kind switch
        {
            RoundKind.Writes => Writes(),
            RoundKind.Save => await SaveAsync(),
            RoundKind.Compaction => await CompactionAsync(),
            RoundKind.Backup => await BackupAsync(),
            RoundKind.Recovery => Recovery(),
            RoundKind.Shutdown => Shutdown(),
            RoundKind.OrderlyStop => OrderlyStop(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is no work of a serving server"),
        };
        await database.EndWritingAsync();
        if (kind == RoundKind.Backup && random.Next(4) == 0) await database.CheckBackupAsync();
        return outcome;
    }

    private Aim AimAt(RoundKind kind) =>
        _aims.TryGetValue(kind, out Aim? aim) ? aim : _aims[kind] = new Aim(random);

    private Outcome Writes()
    {
        Server.Kill();
        return Outcome.Of(database.IsAnythingInFlight);
    }

    /// <summary>Between the cut, which begins another segment of the log, and the line that says it is saved.</summary>
    private async Task<Outcome> SaveAsync()
    {
        using RawConnection connection = await database.ConnectAsync();
        int segments = database.NewestSegment, saves = Saves();
        await connection.SendAsync(random.Next(2) == 0 ? "SAVE" : "BGSAVE");
        bool IsCut() => database.NewestSegment > segments;
        return AimAt(RoundKind.Save).Kill(
            Server, IsCut, () => database.NewestSegment - segments > Saves() - saves);
    }

    /// <summary>While the new file is beside the old one.</summary>
    private async Task<Outcome> CompactionAsync()
    {
        using RawConnection connection = await database.ConnectAsync();
        Aim aim = AimAt(RoundKind.Compaction);
        bool IsBegun() => File.Exists(CompactionPath);
        for (int attempt = 0; attempt < CompactionAttempts && !IsBegun(); attempt++)
        {
            await database.Ballast.ReplaceAsync(connection);
            int saves = Saves();
            await connection.AskAsync("BGSAVE"); // refused while one is under way, which does as well
            aim.WaitFor(Server, () => IsBegun() || Saves() > saves);
        }

        return aim.Kill(Server, static () => true, IsBegun);
    }

    /// <summary>While there is an unfinished file beside the backup, made since the signal.</summary>
    private async Task<Outcome> BackupAsync()
    {
        using RawConnection connection = await database.ConnectAsync();
        await database.Ballast.EnsureAsync(connection);
        DateTime[] before = UnfinishedBackups();
        int backups = database.Server.LinesWith("backup written");
        bool IsBegun() => UnfinishedBackups().Zip(before).Any(pair => pair.First > pair.Second);
        Server.Signal(SignalBackup);
        return AimAt(RoundKind.Backup).Kill(
            Server, IsBegun, () => IsBegun() && database.Server.LinesWith("backup written") == backups);
    }

    /// <summary>Kills a server for its log, and then those that read it.</summary>
    private Outcome Recovery()
    {
        Server.Kill();
        var outcome = new Outcome();
        for (int left = random.Next(1, StartsKilledMax + 1); left > 0; left--)
        {
            using ServerProcess starting = database.Launch();
            bool IsLoading() => starting.Output.Contains("loading data from", StringComparison.Ordinal);
            bool IsLoaded() => starting.Output.Contains("loaded in", StringComparison.Ordinal);
            outcome += AimAt(RoundKind.Recovery).Kill(starting, IsLoading, () => IsLoading() && !IsLoaded());
        }

        return outcome;
    }

    private Outcome Shutdown()
    {
        const int CodeOfKilled = 128 + 9;
        database.Server.BeginStop();
        bool IsStopping() => database.Server.LinesWith("stopping") > 0;
        return AimAt(RoundKind.Shutdown).Kill(
            Server, IsStopping, () => IsStopping() && Server.ExitCode == CodeOfKilled);
    }

    private Outcome OrderlyStop()
    {
        database.Server.Stop();
        return default;
    }

    private int Saves() => database.Server.LinesWith("saved in");

    /// <summary>When the unfinished files of a backup were written; long ago where there is none.</summary>
    private DateTime[] UnfinishedBackups() => Array.ConvertAll(UnfinishedBackupPaths, File.GetLastWriteTimeUtc);
}
