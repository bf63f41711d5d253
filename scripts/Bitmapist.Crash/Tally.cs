using System.Text;
using Bitmapist.Crash.Rounds;

namespace Bitmapist.Crash;

/// <summary>Rounds by kind, and how many of their kills came in time.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<RoundKind, (int Rounds, Outcome Outcome)> _kinds = [];

    public void Add(RoundKind kind, Outcome outcome)
    {
        (int rounds, Outcome before) = _kinds.GetValueOrDefault(kind);
        _kinds[kind] = (rounds + 1, before + outcome);
    }

    public int Rounds(RoundKind kind) => _kinds.GetValueOrDefault(kind).Rounds;

    /// <summary>Kills that hit the work of this kind under way.</summary>
    public int UnderWay(RoundKind kind) => _kinds.GetValueOrDefault(kind).Outcome.UnderWay;

    /// <summary>Such kills of all kinds, in one line.</summary>
    public string InOneLine() => string.Join(", ", _kinds
        .Where(pair => pair.Key != RoundKind.OrderlyStop)
        .Select(pair => $"{pair.Value.Outcome.UnderWay} {pair.Key}"));

    /// <summary>A line for every kind.</summary>
    public override string ToString()
    {
        var table = new StringBuilder();
        table.AppendLine("killed during   rounds   kills under way   kills before or after");
        foreach ((RoundKind kind, (int rounds, Outcome outcome)) in _kinds)
        {
            string kills = kind == RoundKind.OrderlyStop
                ? "               -                       -" : $"{outcome.UnderWay,16}{outcome.Missed,24}";
            table.AppendLine($"{kind,-14}{rounds,8}  {kills}");
        }

        return table.ToString();
    }
}
