using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;
using Bitmapist.Client.Marks;

namespace Bitmapist.Client;

/// <summary>
/// Marks events and answers questions about them, on a bitmapist-server or a Redis, over the keys of the Python
/// libraries. Safe for concurrent use: make one and share it.
/// </summary>
/// <remarks>
/// Every method may throw a <see cref="BitmapistException"/>: the server refused (<see cref="ServerErrorException"/>),
/// or could not be asked. Cancelling stops the wait; what was sent may still take effect.
/// </remarks>
public sealed class BitmapistClient : MarkingClient, IAsyncDisposable, IDisposable
{
    private readonly AskingContext _asking;
    private readonly KeyScan _scan;
    private readonly KeyDeletion _deletion;

    internal BitmapistClient(ICommandChannel channel, ClientSettings settings)
        : this(new AskingContext(channel, settings), settings)
    {
    }

    internal BitmapistClient(ICommandChannel channel, BitmapistOptions options)
        : this(channel, ClientSettings.Of(options))
    {
        Options = options;
    }

    private BitmapistClient(AskingContext asking, ClientSettings settings)
        : base(settings, asking.Keys, new MarkWriter(asking.Channel, asking.Results))
    {
        _asking = asking;
        _scan = new KeyScan(asking.Channel);
        _deletion = new KeyDeletion(asking, _scan);
    }

    /// <summary>How the connection was made.</summary>
    internal BitmapistOptions Options { get; } = new();

    /// <summary>Connects.</summary>
    /// <param name="connectionString">See <see cref="BitmapistOptions.Parse"/>.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FormatException">The connection string is wrong.</exception>
    /// <exception cref="BitmapistException">There is no connection; the type says why.</exception>
    public static ValueTask<BitmapistClient> ConnectAsync(
        string connectionString, CancellationToken cancellationToken = default) =>
        ConnectAsync(BitmapistOptions.Parse(connectionString), cancellationToken);

    /// <summary>Connects.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="BitmapistException">There is no connection; the type says why.</exception>
    public static ValueTask<BitmapistClient> ConnectAsync(
        BitmapistOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(CallerTask.From(RunAsync(options.Snapshot())));

        async Task<BitmapistClient> RunAsync(BitmapistOptions snapshot) => new(
            await ServerConnection.ConnectAsync(snapshot, cancellationToken).WithoutPool(), snapshot);
    }

    /// <summary>Begins to collect questions that are asked in one round trip.</summary>
    public Questions Ask() => new(_asking);

    /// <summary>
    /// Counts a set's ids. One round trip; the server's work is one BITOP per operator, over as many bytes as the
    /// longest key has, then BITCOUNT.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<long> CountAsync(EventSet set, CancellationToken cancellationToken = default)
    {
        Questions questions = Ask();
        return AnswerAsync(questions, questions.CountOf(set), cancellationToken);
    }

    /// <summary>
    /// Whether an id is in a set. One round trip; one GETBIT per stored key that the set is made of, and no BITOP.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<bool> ContainsAsync(EventSet set, uint id, CancellationToken cancellationToken = default)
    {
        Questions questions = Ask();
        return AnswerAsync(questions, questions.Contains(set, id), cancellationToken);
    }

    /// <summary>Whether a set has any id: as <see cref="CountAsync"/>, and more than none.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<bool> AnyAsync(EventSet set, CancellationToken cancellationToken = default)
    {
        Questions questions = Ask();
        return AnswerAsync(questions, questions.AnyIn(set), cancellationToken);
    }

    /// <summary>
    /// A set's ids, ascending, in bounded memory however many they are: 256 KiB of bitmap at a time, the next being
    /// fetched while the present one is handed out. Marks made meanwhile may or may not show.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public IAsyncEnumerable<uint> IdsAsync(EventSet set, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        Keys.Check(set);
        return new IdStream(_asking, set, cancellationToken);
    }

    /// <summary>A set's ids in one piece, as a bitmap: up to 512 MB.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<IdBitmap> BitmapAsync(EventSet set, CancellationToken cancellationToken = default)
    {
        Questions questions = Ask();
        return AnswerAsync(questions, questions.BitmapOf(set), cancellationToken);
    }

    /// <summary>
    /// A retention table with bitmapist 3's meaning. Two round trips, or a few more for a table of thousands of cells;
    /// in bitmapist 3's layout one more, which deletes the results. The server's work is about one BITOP and BITCOUNT
    /// per cell that has something.
    /// </summary>
    /// <param name="query">What to look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A property of the query is out of its range.</exception>
    /// <exception cref="ArgumentException">The table would have more than 20,000 cells; or unbounded retention would
    /// look at more than 1,000 periods, or fewer for many cells.</exception>
    public Task<CohortTable> CohortAsync(CohortQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return BuildAsync(builder => builder.BuildAsync(query, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// A retention table with bitmapist4's meaning: the last row is the cohort given, each row above it the same one
    /// period earlier; cell n tells how many of the row's cohort are in the activity n periods later. A row ends where
    /// the activity's period would begin in the future. Two round trips, or a few more for thousands of cells.
    /// </summary>
    /// <param name="cohort">The last row's cohort.</param>
    /// <param name="activity">What counts as coming back, in the last row's period.</param>
    /// <param name="rows">Rows, 1 … 1,000.</param>
    /// <param name="columns">Cells of a row at most: 1 or more, and no more than rows; as many as rows if null.</param>
    /// <param name="values">What the table shows when it is rendered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">Rows or columns are.</exception>
    /// <exception cref="ArgumentException">The table would have more than 20,000 cells.</exception>
    public Task<CohortTable> CohortAsync(
        EventSet cohort, EventSet activity, int rows = 20, int? columns = null,
        CohortValues values = CohortValues.Percent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cohort);
        ArgumentNullException.ThrowIfNull(activity);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, CohortQuery.RowsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns ?? rows, 1, nameof(columns));
        int columnsShown = Math.Min(columns ?? rows, rows);
        CohortQuery.ThrowIfTooLarge(rows, columnsShown);
        return BuildAsync(
            builder => builder.BuildAsync(cohort, activity, rows, columnsShown, values, cancellationToken),
            cancellationToken);
    }

    /// <summary>The key that a set's marks are under, or its result would be: for other tools. Sends nothing.</summary>
    /// <param name="set">The set.</param>
    public string KeyOf(EventSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Keys.Of(set);
    }

    /// <summary>
    /// The names of the events that have marks, sorted by their characters' numbers, as the Python libraries read them:
    /// what is between a key's first underscore and its last. Events of other clients, with a longer prefix, are
    /// left out where <see cref="BitmapistOptions.ForeignPrefixes"/> or a result says that they are. O(keys of the
    /// server).
    /// </summary>
    /// <param name="beginning">What the names begin with; all if empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<string>> EventNamesAsync(
        string beginning = "", CancellationToken cancellationToken = default) =>
        CallerTask.From(_scan.EventNamesAsync(Keys, _asking.Ownership, beginning, cancellationToken));

    /// <summary>
    /// Deletes a set's key: the marks of an event in a period; of an expression, a year or rolling events, only the
    /// result kept for reuse.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Gives up waiting; the key may still be deleted.</param>
    /// <returns>Whether there was such a key.</returns>
    public Task<bool> DeleteAsync(EventSet set, CancellationToken cancellationToken = default) =>
        CallerTask.From(_deletion.DeleteAsync(KeyOf(set), cancellationToken));

    /// <summary>
    /// Deletes everything under the client's prefix: all marks, flags and results. Keys under
    /// <see cref="BitmapistOptions.ForeignPrefixes"/> are left alone. O(keys of the server).
    /// </summary>
    /// <param name="cancellationToken">Gives up; keys may still be deleted.</param>
    /// <returns>Keys deleted.</returns>
    /// <exception cref="InvalidOperationException">
    /// The prefix is empty: that is every key of the database, those of other programs too. Or keys were found that may
    /// be another client's, with a longer prefix; the message names some, and what to do. Nothing was deleted.
    /// </exception>
    public Task<long> DeleteAllEventsAsync(CancellationToken cancellationToken = default) =>
        CallerTask.From(_deletion.DeleteAllAsync(cancellationToken));

    /// <summary>
    /// Deletes every result of a bit operation under the client's prefix, whichever client made it. O(keys of the
    /// server).
    /// </summary>
    /// <param name="cancellationToken">Gives up; keys may still be deleted.</param>
    /// <returns>Keys deleted.</returns>
    public Task<long> DeleteTemporaryKeysAsync(CancellationToken cancellationToken = default) =>
        CallerTask.From(_deletion.DeleteTemporaryAsync(cancellationToken));

    /// <summary>
    /// Deletes the results of bit operations that this client made (bitmapist 3, where they do not expire). One round
    /// trip.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; keys may still be deleted.</param>
    /// <returns>Keys deleted; perhaps fewer are counted after a lost connection.</returns>
    public Task<long> DeleteRuntimeKeysAsync(CancellationToken cancellationToken = default) =>
        CallerTask.From(_deletion.DeleteRuntimeAsync(cancellationToken));

    /// <summary>Closes the connection; what is under way fails.</summary>
    public ValueTask DisposeAsync() => new(CallerTask.From(_asking.Channel.DisposeAsync().AsTask()));

    /// <summary>
    /// Closes the connection and waits for its end: for containers that are disposed without await. Prefer
    /// <see cref="DisposeAsync"/>.
    /// </summary>
    public void Dispose() => _asking.Channel.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static Task<T> AnswerAsync<T>(Questions questions, Answer<T> answer, CancellationToken cancellationToken)
    {
        return CallerTask.From(RunAsync());

        async Task<T> RunAsync()
        {
            await questions.SendWithinAsync(cancellationToken).WithoutPool();
            return answer.Value;
        }
    }

    private Task<CohortTable> BuildAsync(
        Func<CohortBuilder, Task<CohortTable>> build, CancellationToken cancellationToken) =>
        CallerTask.From(_deletion.DeletingOwnAsync(own => build(new CohortBuilder(own)), cancellationToken));
}
