using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Marks;

/// <summary>
/// Marks that take effect together or not at all: collected here, sent as one MULTI … EXEC by
/// <see cref="CommitAsync"/>. Disposing without a commit sends nothing. Used by one thread at a time.
/// </summary>
public sealed class MarkTransaction : IAsyncDisposable
{
    private readonly MarkWriter _writer;
    private readonly Func<string, DateTimeOffset?, bool?, bool?, MarkKeys> _keysOf;
    private readonly Func<string, MarkKeys> _flagOf;
    private readonly RequestBatch _batch = new();
    private readonly HashSet<string> _keys = [];
    private bool _isOver;

    internal MarkTransaction(
        MarkWriter writer, Func<string, DateTimeOffset?, bool?, bool?, MarkKeys> keysOf, Func<string, MarkKeys> flagOf)
    {
        _writer = writer;
        _keysOf = keysOf;
        _flagOf = flagOf;
    }

    /// <summary>Marks collected.</summary>
    public int Count { get; private set; }

    /// <summary>Collects a mark of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <param name="at">When, of any offset; now if null.</param>
    /// <param name="trackHourly">Whether to mark the hour too; the client's default if null.</param>
    /// <param name="trackUnique">Whether to mark the flag too; the client's default if null.</param>
    /// <returns>The transaction, for further marks.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">The transaction was committed or disposed.</exception>
    public MarkTransaction Mark(
        string name, uint id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null) =>
        Collect(_keysOf(name, at, trackHourly, trackUnique), id, isSet: true);

    /// <summary>
    /// Collects a mark of an event. The time is one of UTC, unless its kind is <see cref="DateTimeKind.Local"/>; now if
    /// null.
    /// </summary>
    /// <inheritdoc cref="Mark(string, uint, DateTimeOffset?, bool?, bool?)"/>
    public MarkTransaction Mark(
        string name, uint id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null) =>
        Mark(name, id, EventPeriod.Utc(at), trackHourly, trackUnique);

    /// <inheritdoc cref="Mark(string, uint, DateTimeOffset?, bool?, bool?)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction Mark(
        string name, long id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null) =>
        Mark(name, CheckedId.Of(id), at, trackHourly, trackUnique);

    /// <inheritdoc cref="Mark(string, uint, DateTime?, bool?, bool?)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction Mark(
        string name, long id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null) =>
        Mark(name, CheckedId.Of(id), at, trackHourly, trackUnique);

    /// <summary>Collects the withdrawal of a mark.</summary>
    /// <inheritdoc cref="Mark(string, uint, DateTimeOffset?, bool?, bool?)"/>
    public MarkTransaction Unmark(
        string name, uint id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null) =>
        Collect(_keysOf(name, at, trackHourly, trackUnique), id, isSet: false);

    /// <summary>
    /// Collects the withdrawal of a mark. The time is one of UTC, unless its kind is <see cref="DateTimeKind.Local"/>;
    /// now if null.
    /// </summary>
    /// <inheritdoc cref="Mark(string, uint, DateTimeOffset?, bool?, bool?)"/>
    public MarkTransaction Unmark(
        string name, uint id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null) =>
        Unmark(name, id, EventPeriod.Utc(at), trackHourly, trackUnique);

    /// <inheritdoc cref="Unmark(string, uint, DateTimeOffset?, bool?, bool?)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction Unmark(
        string name, long id, DateTimeOffset? at = null, bool? trackHourly = null, bool? trackUnique = null) =>
        Unmark(name, CheckedId.Of(id), at, trackHourly, trackUnique);

    /// <inheritdoc cref="Unmark(string, uint, DateTime?, bool?, bool?)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction Unmark(
        string name, long id, DateTime? at, bool? trackHourly = null, bool? trackUnique = null) =>
        Unmark(name, CheckedId.Of(id), at, trackHourly, trackUnique);

    /// <summary>Collects the setting of a flag.</summary>
    /// <param name="name">The flag's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <returns>The transaction, for further marks.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">The transaction was committed or disposed.</exception>
    public MarkTransaction MarkUnique(string name, uint id) => Collect(_flagOf(name), id, isSet: true);

    /// <inheritdoc cref="MarkUnique(string, uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction MarkUnique(string name, long id) => MarkUnique(name, CheckedId.Of(id));

    /// <summary>Collects the removal of a flag.</summary>
    /// <inheritdoc cref="MarkUnique(string, uint)"/>
    public MarkTransaction UnmarkUnique(string name, uint id) => Collect(_flagOf(name), id, isSet: false);

    /// <inheritdoc cref="UnmarkUnique(string, uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public MarkTransaction UnmarkUnique(string name, long id) => UnmarkUnique(name, CheckedId.Of(id));

    /// <summary>Sends the marks in one transaction and one round trip; of none, nothing.</summary>
    /// <param name="cancellationToken">Gives up waiting; the marks may still take effect.</param>
    /// <exception cref="InvalidOperationException">The transaction was committed or disposed.</exception>
    /// <exception cref="BitmapistException">The server refused, or could not be asked.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver) return Task.FromException(Over());
        _isOver = true;
        return _batch.Count == 0
            ? Task.CompletedTask : _writer.SendAsync(_batch, SendMode.Transaction, _keys, cancellationToken);
    }

    /// <summary>Drops what was not committed. Sends nothing.</summary>
    public ValueTask DisposeAsync()
    {
        _isOver = true;
        return ValueTask.CompletedTask;
    }

    private MarkTransaction Collect(MarkKeys keys, uint id, bool isSet)
    {
        if (_isOver) throw Over();
        MarkWriter.Append(_batch, keys, id, isSet);
        _keys.UnionWith(keys.Names);
        Count++;
        return this;
    }

    private static InvalidOperationException Over() => new("The transaction was committed or disposed before.");
}
