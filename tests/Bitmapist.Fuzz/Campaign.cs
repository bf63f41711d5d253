using System.Diagnostics;
using System.Text;

namespace Bitmapist.Fuzz;

/// <summary>
/// Mutates inputs of one target until a time is over or one fails. It begins with generated inputs and the corpus; an
/// input with an outcome that was not seen before (another reason for a refusal) becomes one to begin with. One thread,
/// and one that watches it.
/// </summary>
public sealed class Campaign : IDisposable
{
    private const int StartsMax = 4000;
    private const int OutcomeLengthMax = 100;
    private static readonly TimeSpan s_reportEvery = TimeSpan.FromSeconds(30);

    private readonly IFuzzTarget _target;
    private readonly int _seed;
    private readonly TextWriter _output;
    private readonly List<byte[]> _starts;
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private readonly Watchdog? _watchdog;
    private long _runs;

    /// <param name="target">What to fuzz.</param>
    /// <param name="seed">Where to begin.</param>
    /// <param name="output">Where to report.</param>
    /// <param name="watchdog">Ends the process when an input hangs; null: the caller sees to that.</param>
    public Campaign(IFuzzTarget target, int seed, TextWriter output, Watchdog? watchdog)
    {
        _target = target;
        _seed = seed;
        _output = output;
        _watchdog = watchdog;
        _starts = [.. Corpus.Files(target).Select(File.ReadAllBytes)];
    }

    /// <summary>Inputs tried.</summary>
    public long Runs => _runs;

    /// <summary>Different outcomes seen.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Runs for so long, or for so many inputs.</summary>
    /// <returns>The input that failed, and how; null: none did.</returns>
    public Finding? Run(TimeSpan length, long inputsMax = long.MaxValue)
    {
        _output.WriteLine($"{_target.Name}: seed {_seed}");
        long started = Stopwatch.GetTimestamp();
        TimeSpan reported = TimeSpan.Zero;
        while (true)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            bool isOver = elapsed > length || _runs >= inputsMax;
            if (elapsed - reported > s_reportEvery || isOver)
            {
                reported = elapsed;
                _output.WriteLine($"{_target.Name}: {_runs} inputs, {_runs / elapsed.TotalSeconds:F0} a second, "
                    + $"{_outcomes.Count} outcomes");
            }

            if (isOver) return null;
            // A seed per run, so that how an input was read can be repeated with the input alone.
            int seed = unchecked((_seed * 1_000_003) + (int)_runs);
            byte[] input = Next(new Random(seed));
            if (Try(input, seed) is { } failure) return new Finding(_target, input, seed, failure);
            _runs++;
        }
    }

    public void Dispose() => _watchdog?.Dispose();

    private byte[] Next(Random random)
    {
        byte[] start = random.Next(4) == 0 || _starts.Count == 0
            ? _target.Generate(random) : _starts[random.Next(_starts.Count)];
        return random.Next(50) == 0 ? start : _target.Mutate(start, random);
    }

    private FuzzFailureException? Try(byte[] input, int seed)
    {
        _watchdog?.Begin(input);
        try
        {
            string outcome = WordsOf(FuzzRun.Check(_target, input, seed));
            if (_outcomes.Add(outcome) && _starts.Count < StartsMax) _starts.Add(input);
            return null;
        }
        catch (FuzzFailureException failure)
        {
            return failure;
        }
        finally
        {
            _watchdog?.End();
        }
    }

    /// <summary>
    /// An outcome's words of three lower-case letters or more: what an input itself brings into a message, such as
    /// offsets and names, would make every outcome a new one.
    /// </summary>
    private static string WordsOf(string outcome)
    {
        var words = new StringBuilder();
        int start = 0;
        for (int at = 0; at <= outcome.Length && words.Length < OutcomeLengthMax; at++)
        {
            if (at < outcome.Length && char.IsAsciiLetterLower(outcome[at])) continue;
            if (at - start >= 3) words.Append(outcome.AsSpan(start, at - start)).Append(' ');
            start = at + 1;
        }

        return words.ToString();
    }
}
