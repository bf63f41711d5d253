using System.Runtime.CompilerServices;
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
public sealed class BitmapistClient : IAsyncDisposable, IDisposable
{
    private readonly ClientSettings _settings;
    private readonly AskingContext _asking;
    private readonly MarkWriter _marks;
    private readonly KeyScan _scan;
    private readonly KeyDeletion _deletion;

    internal BitmapistClient(ICommandChannel channel, ClientSettings settings)
    {
        _settings = settings;
        _asking = new AskingContext(channel, settings);
        _marks = new MarkWriter(channel, _asking.Results);
        _scan = new KeyScan(channel);
        _deletion = new KeyDeletion(_asking, _scan);
    }

    internal BitmapistClient(ICommandChannel channel, BitmapistOptions options)
        : this(channel, ClientSettings.Of(options))
    {
        Options = options;
    }

    /// <summary>How the connection was made.</summary>
    internal BitmapistOptions Options { get; } = new();

    /// <summary>What "now" is for this client, in UTC.</summary>
    public DateTimeOffset Now => _settings.Time.GetUtcNow();

    private KeyNames Keys => _asking.Keys;

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

    /// <summary>
    /// Marks that someone had an event: in its month, week and day, and its hour and flag if tracked.
    /// </summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <param name="at">When, of any offset; now if null.</param>
    /// <param name="trackHourly">Whether to mark the hour too; the client's default if null.</param>
    /// <param name="trackUnique">Whether to mark the flag too; the client's default if null.</param>
    /// <param name="cancellationToken">Gives up waiting; the mark may still take effect.</param>
    /// <remarks>One transaction of 3 to 5 SETBIT, one round trip: all or nothing.</remarks>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Task MarkAsync(
        string name, uint id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), id, isSet: true, cancellationToken);

    /// <summary>
    /// Marks that someone had an event: in its month, week and day, and its hour and flag if tracked. The time is one
    /// of UTC, unless its kind is <see cref="DateTimeKind.Local"/>; now if null.
    /// </summary>
    /// <inheritdoc cref="MarkAsync(string, uint, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task MarkAsync(
        string name, uint id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        MarkAsync(name, id, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <summary>Takes a mark back, from the same keys that it would go to.</summary>
    /// <inheritdoc cref="MarkAsync(string, uint, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task UnmarkAsync(
        string name, uint id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), id, isSet: false, cancellationToken);

    /// <summary>
    /// Takes a mark back, from the same keys that it would go to. The time is one of UTC, unless its kind is
    /// <see cref="DateTimeKind.Local"/>; now if null.
    /// </summary>
    /// <inheritdoc cref="MarkAsync(string, uint, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task UnmarkAsync(
        string name, uint id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        UnmarkAsync(name, id, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <summary>
    /// Marks many ids of one event at one time, streamed in pipelines: memory is bounded whatever their number.
    /// </summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="ids">Who; read while earlier ones are on their way.</param>
    /// <param name="at">When, of any offset; now if null.</param>
    /// <param name="trackHourly">Whether to mark the hour too; the client's default if null.</param>
    /// <param name="trackUnique">Whether to mark the flag too; the client's default if null.</param>
    /// <param name="cancellationToken">Gives up; what was sent may still take effect.</param>
    /// <returns>Ids marked, repeated ones included.</returns>
    /// <remarks>
    /// Not one transaction: after a failure some are marked. Marks repeat without harm, so do it anew.
    /// </remarks>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Task<long> MarkAsync(
        string name, IAsyncEnumerable<uint> ids, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), Checked(ids), isSet: true, cancellationToken);

    /// <summary>
    /// Marks many ids of one event at one time, streamed in pipelines. The time is one of UTC, unless its kind is
    /// <see cref="DateTimeKind.Local"/>; now if null.
    /// </summary>
    /// <inheritdoc cref="MarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task<long> MarkAsync(
        string name, IAsyncEnumerable<uint> ids, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        MarkAsync(name, ids, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task<long> MarkAsync(
        string name, IEnumerable<uint> ids, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), Checked(ids), isSet: true, cancellationToken);

    /// <inheritdoc cref="MarkAsync(string, IAsyncEnumerable{uint}, DateTime?, bool?, bool?, CancellationToken)"/>
    public Task<long> MarkAsync(
        string name, IEnumerable<uint> ids, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        MarkAsync(name, ids, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <summary>Takes the marks of many ids back, streamed in pipelines.</summary>
    /// <inheritdoc cref="MarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    /// <returns>Ids unmarked, repeated ones included.</returns>
    public Task<long> UnmarkAsync(
        string name, IAsyncEnumerable<uint> ids, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), Checked(ids), isSet: false, cancellationToken);

    /// <summary>
    /// Takes the marks of many ids back, streamed in pipelines. The time is one of UTC, unless its kind is
    /// <see cref="DateTimeKind.Local"/>; now if null.
    /// </summary>
    /// <inheritdoc
    /// cref="UnmarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task<long> UnmarkAsync(
        string name, IAsyncEnumerable<uint> ids, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        UnmarkAsync(name, ids, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc
    /// cref="UnmarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    public Task<long> UnmarkAsync(
        string name, IEnumerable<uint> ids, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(name, at, trackHourly, trackUnique), Checked(ids), isSet: false, cancellationToken);

    /// <inheritdoc cref="UnmarkAsync(string, IAsyncEnumerable{uint}, DateTime?, bool?, bool?, CancellationToken)"/>
    public Task<long> UnmarkAsync(
        string name, IEnumerable<uint> ids, DateTime? at, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        UnmarkAsync(name, ids, EventPeriod.Utc(at), trackHourly, trackUnique, cancellationToken);

    /// <summary>
    /// Marks events of many names, ids and times, as an import has them, streamed in pipelines: memory is bounded
    /// whatever their number.
    /// </summary>
    /// <param name="marks">
    /// The marks, in any order; read while earlier ones are on their way. Least work where neighbours share event and
    /// hour.
    /// </param>
    /// <param name="trackHourly">Whether to mark the hours too; the client's default if null.</param>
    /// <param name="trackUnique">Whether to mark the flags too; the client's default if null.</param>
    /// <param name="cancellationToken">Gives up; what was sent may still take effect.</param>
    /// <returns>Marks acknowledged, repeated ones included.</returns>
    /// <remarks>
    /// Not one transaction: after a failure some are marked. Marks repeat without harm, so do it anew; refusals,
    /// timeouts and lost connections say how many marks, from the first on, are acknowledged. A source that throws ends
    /// it.
    /// </remarks>
    /// <exception cref="ArgumentException">A mark is a default value, or outside the years 1 … 9998.</exception>
    public Task<long> MarkAsync(
        IAsyncEnumerable<EventMark> marks, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(trackHourly, trackUnique), Checked(marks), isSet: true, cancellationToken);

    /// <inheritdoc cref="MarkAsync(IAsyncEnumerable{EventMark}, bool?, bool?, CancellationToken)"/>
    public Task<long> MarkAsync(
        IEnumerable<EventMark> marks, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(trackHourly, trackUnique), Checked(marks), isSet: true, cancellationToken);

    /// <summary>Takes marks of many names, ids and times back, streamed in pipelines.</summary>
    /// <inheritdoc cref="MarkAsync(IAsyncEnumerable{EventMark}, bool?, bool?, CancellationToken)"/>
    public Task<long> UnmarkAsync(
        IAsyncEnumerable<EventMark> marks, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(trackHourly, trackUnique), Checked(marks), isSet: false, cancellationToken);

    /// <inheritdoc cref="UnmarkAsync(IAsyncEnumerable{EventMark}, bool?, bool?, CancellationToken)"/>
    public Task<long> UnmarkAsync(
        IEnumerable<EventMark> marks, bool? trackHourly = null, bool? trackUnique = null,
        CancellationToken cancellationToken = default) =>
        _marks.SendAsync(KeysOf(trackHourly, trackUnique), Checked(marks), isSet: false, cancellationToken);

    /// <summary>Sets someone's flag: an event or attribute without a date. One SETBIT.</summary>
    /// <param name="name">The flag's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <param name="cancellationToken">Gives up waiting; the mark may still take effect.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Task MarkUniqueAsync(string name, uint id, CancellationToken cancellationToken = default) =>
        SetFlagAsync(name, id, isSet: true, cancellationToken);

    /// <summary>Removes someone's flag. One SETBIT.</summary>
    /// <inheritdoc cref="MarkUniqueAsync(string, uint, CancellationToken)"/>
    public Task UnmarkUniqueAsync(string name, uint id, CancellationToken cancellationToken = default) =>
        SetFlagAsync(name, id, isSet: false, cancellationToken);

    /// <summary>Sets the flag of many ids, streamed in pipelines.</summary>
    /// <param name="name">The flag's name, not empty.</param>
    /// <param name="ids">Who.</param>
    /// <param name="cancellationToken">Gives up; what was sent may still take effect.</param>
    /// <returns>Ids sent.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Task<long> MarkUniqueAsync(
        string name, IAsyncEnumerable<uint> ids, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(MarkKeys.OfFlag(Keys, name), Checked(ids), isSet: true, cancellationToken);

    /// <inheritdoc cref="MarkUniqueAsync(string, IAsyncEnumerable{uint}, CancellationToken)"/>
    public Task<long> MarkUniqueAsync(
        string name, IEnumerable<uint> ids, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(MarkKeys.OfFlag(Keys, name), Checked(ids), isSet: true, cancellationToken);

    /// <summary>Removes the flag of many ids, streamed in pipelines.</summary>
    /// <inheritdoc cref="MarkUniqueAsync(string, IAsyncEnumerable{uint}, CancellationToken)"/>
    public Task<long> UnmarkUniqueAsync(
        string name, IAsyncEnumerable<uint> ids, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(MarkKeys.OfFlag(Keys, name), Checked(ids), isSet: false, cancellationToken);

    /// <inheritdoc cref="UnmarkUniqueAsync(string, IAsyncEnumerable{uint}, CancellationToken)"/>
    public Task<long> UnmarkUniqueAsync(
        string name, IEnumerable<uint> ids, CancellationToken cancellationToken = default) =>
        _marks.SendAsync(MarkKeys.OfFlag(Keys, name), Checked(ids), isSet: false, cancellationToken);

    /// <summary>Gives someone an attribute: the older libraries' word for a flag.</summary>
    /// <inheritdoc cref="MarkUniqueAsync(string, uint, CancellationToken)"/>
    public Task MarkAttributeAsync(string name, uint id, CancellationToken cancellationToken = default) =>
        MarkUniqueAsync(name, id, cancellationToken);

    /// <summary>Everyone who has an attribute. Sends nothing: the set is asked about like any other.</summary>
    /// <param name="name">The attribute's name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static UniqueEvents GetAttribute(string name) => new(name);

    /// <summary>Begins to collect marks that take effect together. Sends nothing until it is committed.</summary>
    public MarkTransaction BeginTransaction() => new(_marks, KeysOf, name => MarkKeys.OfFlag(Keys, name));

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

    private static T Checked<T>(T items, [CallerArgumentExpression(nameof(items))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(items, parameter);
        return items;
    }

    private Task SetFlagAsync(string name, uint id, bool isSet, CancellationToken cancellationToken) =>
        _marks.SendAsync(MarkKeys.OfFlag(Keys, name), id, isSet, cancellationToken);

    private MarkKeys KeysOf(string name, DateTimeOffset? at, bool? trackHourly, bool? trackUnique) => MarkKeys.Of(
        Keys, name, at ?? Now, trackHourly ?? _settings.TrackHourly, trackUnique ?? _settings.TrackUnique);

    private Func<EventMark, MarkKeys> KeysOf(bool? trackHourly, bool? trackUnique) =>
        mark => KeysOf(mark.Name, mark.At, trackHourly, trackUnique);
}
