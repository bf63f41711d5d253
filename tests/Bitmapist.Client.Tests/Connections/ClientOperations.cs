using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Everything a client sends, by name: for tests of what holds for all of it.</summary>
internal static class ClientOperations
{
    private static readonly UniqueEvents s_a = new("a");
    private static readonly DayEvents s_b = new("b", 2026, 1, 15);

    private static readonly Dictionary<string, Func<BitmapistClient, CancellationToken, Task>> s_all = new()
    {
        ["Mark"] = (client, cancel) => client.MarkAsync("a", 1, cancellationToken: cancel),
        ["Mark, DateTime"] = (client, cancel) => client.MarkAsync("a", 1, DateTime.UtcNow, cancellationToken: cancel),
        ["Unmark"] = (client, cancel) => client.UnmarkAsync("a", 1, cancellationToken: cancel),
        ["Mark ids"] = (client, cancel) => client.MarkAsync("a", Ids(), cancellationToken: cancel),
        ["Mark ids, asynchronous"] =
            (client, cancel) => client.MarkAsync("a", IdsAsync(), cancellationToken: cancel),
        ["Unmark ids"] = (client, cancel) => client.UnmarkAsync("a", Ids(), cancellationToken: cancel),
        ["Mark marks"] = (client, cancel) => client.MarkAsync(Marks(), cancellationToken: cancel),
        ["Mark flag"] = (client, cancel) => client.MarkUniqueAsync("a", 1, cancel),
        ["Mark flag of ids"] = (client, cancel) => client.MarkUniqueAsync("a", Ids(), cancel),
        ["Unmark flag of ids"] = (client, cancel) => client.UnmarkUniqueAsync("a", IdsAsync(), cancel),
        ["Transaction"] = (client, cancel) => client.BeginTransaction().Mark("a", 1).CommitAsync(cancel),
        ["Count"] = (client, cancel) => client.CountAsync(s_a & s_b, cancel),
        ["Contains"] = (client, cancel) => client.ContainsAsync(s_a & s_b, 1, cancel),
        ["Any"] = (client, cancel) => client.AnyAsync(s_a & s_b, cancel),
        ["Bitmap"] = (client, cancel) => client.BitmapAsync(s_a & s_b, cancel),
        ["Ids"] = (client, cancel) => ReadAsync(client.IdsAsync(s_a & s_b, cancel)),
        ["Ids, token later"] = (client, cancel) => ReadAsync(client.IdsAsync(s_a, CancellationToken.None), cancel),
        ["Ids, two tokens"] = async (client, cancel) =>
        {
            using var other = new CancellationTokenSource();
            await ReadAsync(client.IdsAsync(s_a, cancel), other.Token).ConfigureAwait(false);
        },
        ["Ids, two tokens, the later one"] = async (client, cancel) =>
        {
            using var other = new CancellationTokenSource();
            await ReadAsync(client.IdsAsync(s_a, other.Token), cancel).ConfigureAwait(false);
        },
        ["Questions"] = (client, cancel) =>
        {
            Questions questions = client.Ask();
            questions.CountOf(s_a);
            return questions.SendAsync(cancel);
        },
        ["Cohort of 3"] = (client, cancel) => client.CohortAsync(
            new CohortQuery { First = "a", Return = "b", Rows = 2, PeriodsAfter = 1 }, cancel),
        ["Cohort of 4"] = (client, cancel) => client.CohortAsync(s_b, s_b, rows: 2, cancellationToken: cancel),
        ["Names"] = (client, cancel) => client.EventNamesAsync(cancellationToken: cancel),
        ["Delete"] = (client, cancel) => client.DeleteAsync(s_a & s_b, cancel),
        ["Delete temporary"] = (client, cancel) => client.DeleteTemporaryKeysAsync(cancel),
        ["Delete all"] = (client, cancel) => client.DeleteAllEventsAsync(cancel),
    };

    public static IEnumerable<string> Names => s_all.Keys;

    public static Task RunAsync(string name, BitmapistClient client, CancellationToken cancellationToken) =>
        s_all[name](client, cancellationToken);

    private static IEnumerable<uint> Ids() => Enumerable.Range(0, 3_000).Select(id => (uint)id);

    private static async IAsyncEnumerable<uint> IdsAsync()
    {
        foreach (uint id in Ids()) yield return id;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static IEnumerable<EventMark> Marks() =>
        Ids().Select(id => new EventMark("a", id, DateTimeOffset.UnixEpoch));

    private static async Task ReadAsync(IAsyncEnumerable<uint> ids, CancellationToken cancellationToken = default)
    {
        await foreach (uint _ in ids.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
        }
    }
}
