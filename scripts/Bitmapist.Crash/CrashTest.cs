using System.Diagnostics;
using Bitmapist.Crash.Foreign;
using Bitmapist.Crash.Rounds;

namespace Bitmapist.Crash;

/// <summary>
/// Rounds over the real server: something is under way, SIGKILL at a random moment of it, then <c>check</c> of what is
/// left, a restart, and a comparison of everything acknowledged. Most rounds share one database. Stops at the first
/// difference, and then leaves the files where they are.
/// </summary>
internal sealed class CrashTest : IDisposable
{
    private const int ForeignKeysMax = 2_000;
    private const int RoundsForEveryKind = 200; // some ten of the rarest kind

    /// <summary>Of a hundred rounds, how many are of which kind.</summary>
    private static readonly (RoundKind Kind, int Share)[] s_shares =
    [
        (RoundKind.Writes, 20), (RoundKind.Save, 12), (RoundKind.Compaction, 13), (RoundKind.Backup, 11),
        (RoundKind.Recovery, 13), (RoundKind.Conversion, 7), (RoundKind.Import, 7), (RoundKind.Copying, 6),
        (RoundKind.Shutdown, 7), (RoundKind.OrderlyStop, 4),
    ];

    private readonly int _seed;
    private readonly Action<string> _print;
    private readonly Random _random;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-crash-");
    private readonly MainDatabase _database;
    private readonly ServingRounds _serving;
    private readonly CopyingRounds _copying;
    private readonly MovingInRounds _movingIn;
    private readonly Tally _tally = new();
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    /// <param name="executable">The server.</param>
    /// <param name="seed">Decides everything but what the system's scheduler does.</param>
    /// <param name="print">Told how it goes.</param>
    public CrashTest(string executable, int seed, Action<string> print)
    {
        _seed = seed;
        _print = print;
        _random = new Random(seed);
        var launcher = new Launcher(executable);
        var keys = new KnownKeys(ForeignKeysMax, _random);
        _database = new MainDatabase(launcher, Subfolder("main"), _random);
        _serving = new ServingRounds(_database, _random);
        _copying = new CopyingRounds(launcher, _database, _random, keys, Subfolder("source"));
        _movingIn = new MovingInRounds(launcher, _random, keys, Subfolder("moved"));
    }

    /// <summary>Steps of clients acknowledged so far.</summary>
    public long Acknowledged => _database.Acknowledged;

    /// <summary>Rounds so far, and what their kills met.</summary>
    public Tally Tally => _tally;

    /// <summary>Runs so many rounds of random kinds, and a last check.</summary>
    /// <param name="rounds">One or more.</param>
    /// <param name="only">Kinds to choose from; empty: all, each in its share.</param>
    /// <exception cref="CrashTestException">Something acknowledged is gone, something is there that nobody wrote or in
    /// part, a file is damaged, the server did not start or stop as it should; or, in a long run, no kill came in time
    /// during some kind of work.</exception>
    public async Task RunAsync(int rounds, params RoundKind[] only)
    {
        (RoundKind Kind, int Share)[] shares =
            [.. s_shares.Where(share => only.Length == 0 || only.Contains(share.Kind))];
        for (int round = 1; round <= rounds; round++)
        {
            await RunRoundAsync(round, Choose(shares));
            if (round % 10 == 0 || round == rounds) PrintProgress(round);
        }

        await EndAsync(rounds);
        if (only.Length == 0 && rounds >= RoundsForEveryKind) RequireEveryKindMet();
    }

    /// <summary>Runs rounds of every kind in turn, until a kill has come in time in each, and a last check.</summary>
    /// <param name="turnsMax">After so many turns it gives up; the tally says what was not met.</param>
    /// <exception cref="CrashTestException">As above.</exception>
    public async Task RunEveryKindAsync(int turnsMax)
    {
        int round = 0;
        for (int turn = 0; turn < turnsMax; turn++)
        {
            foreach ((RoundKind kind, _) in s_shares)
            {
                bool isMet = kind == RoundKind.OrderlyStop ? turn > 0 : _tally.UnderWay(kind) > 0;
                if (!isMet) await RunRoundAsync(++round, kind);
            }
        }

        PrintProgress(round);
        await EndAsync(round);
    }

    public void Dispose()
    {
        _database.Dispose();
        _copying.Dispose();
    }

    /// <summary>A kind of work that no kill ever met is untested, whatever else passed.</summary>
    private void RequireEveryKindMet()
    {
        RoundKind[] unmet =
            [.. Enum.GetValues<RoundKind>().Where(kind => kind != RoundKind.OrderlyStop && _tally.UnderWay(kind) == 0)];
        if (unmet.Length > 0)
            throw new CrashTestException($"seed {_seed}: no kill came in time during {string.Join(", ", unmet)}");
    }

    private RoundKind Choose((RoundKind Kind, int Share)[] shares)
    {
        int left = _random.Next(shares.Sum(share => share.Share));
        int chosen = 0;
        while ((left -= shares[chosen].Share) >= 0) chosen++;
        return shares[chosen].Kind;
    }

    private async Task RunRoundAsync(int round, RoundKind kind)
    {
        try
        {
            if (kind == RoundKind.Conversion) _tally.Add(kind, await _movingIn.ConvertAsync());
            else if (kind == RoundKind.Import) _tally.Add(kind, await _movingIn.ImportAsync());
            else _tally.Add(kind, await RunServingRoundAsync(kind));
        }
        catch (Exception failure)
        {
            throw Failed($"round {round} ({kind})", failure);
        }
    }

    private async Task<Outcome> RunServingRoundAsync(RoundKind kind)
    {
        if (!_database.IsServing) await _database.StartAndCheckAsync();
        Outcome outcome = kind == RoundKind.Copying ? await _copying.RunAsync() : await _serving.RunAsync(kind);
        await _database.StartAndCheckAsync();
        return outcome;
    }

    /// <summary>Everything once more after an orderly end, and what the last backup holds.</summary>
    private async Task EndAsync(int rounds)
    {
        try
        {
            if (!_database.IsServing) await _database.StartAndCheckAsync();
            _database.Server.Stop();
            await _database.StartAndCheckAsync();
            _database.Server.Stop();
            await _database.CheckBackupAsync();
        }
        catch (Exception failure)
        {
            throw Failed($"after round {rounds}", failure);
        }

        Dispose();
        _folder.Delete(recursive: true);
    }

    private CrashTestException Failed(string when, Exception failure) =>
        new($"seed {_seed}, {when}: {failure.Message} (the files are left in {_folder.FullName})", failure);

    private void PrintProgress(int round) => _print(
        $"round {round}: {Acknowledged:N0} steps acknowledged and found again; kills during "
        + $"{_tally.InOneLine()}; {_elapsed.Elapsed.TotalSeconds:N0} s");

    private string Subfolder(string name) => _folder.CreateSubdirectory(name).FullName;
}
