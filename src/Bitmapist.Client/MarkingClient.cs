using System.Runtime.CompilerServices;
using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;
using Bitmapist.Client.Marks;

namespace Bitmapist.Client;

/// <summary>
/// The half of <see cref="BitmapistClient"/> that marks events and takes marks back; the other half asks. Safe for
/// concurrent use. What every method may throw is said there.
/// </summary>
public abstract class MarkingClient
{
    private readonly ClientSettings _settings;
    private readonly MarkWriter _marks;

    private protected MarkingClient(ClientSettings settings, KeyNames keys, MarkWriter marks)
    {
        _settings = settings;
        _marks = marks;
        Keys = keys;
    }

    /// <summary>What "now" is for this client, in UTC.</summary>
    public DateTimeOffset Now => _settings.Time.GetUtcNow();

    private protected KeyNames Keys { get; }

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
