using System.Net.Sockets;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The same measured on one server, then on the next, round after round, so that whatever else the machine does hits
/// all. A server that cannot do it drops out of the row.
/// </summary>
internal abstract class AlternatingRow(string name, Unit unit) : IRow
{
    public string Name => name;

    public Unit Unit => unit;

    public virtual bool ComparesBuilds => true;

    /// <summary>Whether the full run alone has time for it.</summary>
    public bool TakesLong { get; init; }

    public string Remark { get; init; } = "";

    public void Run(BenchRun run)
    {
        if (TakesLong && run.IsShort)
        {
            run.Table.WriteSkipped(Name, "takes too long for --short");
            return;
        }

        run.Table.Write(Name, unit, Measure(run, [run.Ours, .. run.Rivals]), Remark);
    }

    /// <summary>Measures without writing.</summary>
    /// <param name="run">Says how long.</param>
    /// <param name="kinds">The servers.</param>
    /// <returns>A column for each of them.</returns>
    public Column[] Measure(BenchRun run, IReadOnlyList<PeerKind> kinds)
    {
        Column[] columns = [.. kinds.Select(kind => new Column(kind.Name) { Failure = ReasonAgainst(kind) })];
        var contestants = new IContestant?[kinds.Count];
        try
        {
            for (int i = 0; i < kinds.Count; i++)
                Try(columns[i], () => contestants[i] = Enter(run, kinds[i]));
            for (int round = 0; round < RoundsOf(run); round++)
                for (int i = 0; i < kinds.Count; i++)
                    Try(columns[i], () => columns[i].Samples.Add(contestants[i]!.Measure()));
        }
        finally
        {
            foreach (IContestant? contestant in contestants) contestant?.Dispose();
        }

        return columns;
    }

    protected virtual int RoundsOf(BenchRun run) => run.Rounds;

    /// <summary>Why a server is not asked: empty when that need not be said, null when it is asked.</summary>
    protected virtual string? ReasonAgainst(PeerKind kind) => null;

    /// <summary>Brings a server into the state the row starts from, warmed up if that matters.</summary>
    protected abstract IContestant Enter(BenchRun run, PeerKind kind);

    private static void Try(Column column, Action action)
    {
        if (column.Failure is not null) return;
        try
        {
            action();
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            column.Failure = failure.Message;
        }
    }
}
