using System.ComponentModel;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Bitmapist.Client.Events;

namespace Bitmapist.Client;

/// <summary>
/// The client's methods for ids that are no <see cref="uint"/> where they come from: an <see cref="int"/> or
/// <see cref="long"/> of a database, for one; for many, any integer. Every id is checked, so nobody is marked for
/// another by a cast.
/// </summary>
public static class BitmapistClientIds
{
    private const string TextIsNoId =
        "An id is a number: parse the text. (Without this method its characters would be taken for many ids.)";

    /// <inheritdoc cref="MarkingClient.MarkAsync(string, uint, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task MarkAsync(
        this BitmapistClient client, string name, long id, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        Of(client).MarkAsync(name, CheckedId.Of(id), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkingClient.MarkAsync(string, uint, DateTime?, bool?, bool?, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task MarkAsync(
        this BitmapistClient client, string name, long id, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        Of(client).MarkAsync(name, CheckedId.Of(id), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkingClient.UnmarkAsync(string, uint, DateTimeOffset?, bool?, bool?, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task UnmarkAsync(
        this BitmapistClient client, string name, long id, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        Of(client).UnmarkAsync(name, CheckedId.Of(id), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkingClient.UnmarkAsync(string, uint, DateTime?, bool?, bool?, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task UnmarkAsync(
        this BitmapistClient client, string name, long id, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        Of(client).UnmarkAsync(name, CheckedId.Of(id), at, trackHourly, trackUnique, cancellationToken);

    /// <summary>
    /// Marks many ids of one event at one time, streamed in pipelines; each is checked as it is read.
    /// </summary>
    /// <remarks>
    /// An id out of range ends it with an <see cref="ArgumentOutOfRangeException"/>; those before it may be marked.
    /// </remarks>
    /// <inheritdoc cref="MarkingClient.MarkAsync(string, IAsyncEnumerable{uint}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> MarkAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids, DateTimeOffset? at = null,
        bool? trackHourly = null, bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> MarkAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> MarkAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, DateTimeOffset? at = null,
        bool? trackHourly = null, bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> MarkAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <summary>Takes the marks of many ids back; each is checked as it is read.</summary>
    /// <inheritdoc cref="MarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> UnmarkAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids, DateTimeOffset? at = null,
        bool? trackHourly = null, bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="UnmarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> UnmarkAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="UnmarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> UnmarkAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, DateTimeOffset? at = null,
        bool? trackHourly = null, bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="UnmarkAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, DateTimeOffset?, bool?, bool?,
    /// CancellationToken)"/>
    public static Task<long> UnmarkAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, DateTime? at, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkAsync(name, CheckedId.Each(ids), at, trackHourly, trackUnique, cancellationToken);

    /// <inheritdoc cref="MarkingClient.MarkUniqueAsync(string, uint, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task MarkUniqueAsync(
        this BitmapistClient client, string name, long id, CancellationToken cancellationToken = default) =>
        Of(client).MarkUniqueAsync(name, CheckedId.Of(id), cancellationToken);

    /// <inheritdoc cref="MarkingClient.UnmarkUniqueAsync(string, uint, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task UnmarkUniqueAsync(
        this BitmapistClient client, string name, long id, CancellationToken cancellationToken = default) =>
        Of(client).UnmarkUniqueAsync(name, CheckedId.Of(id), cancellationToken);

    /// <inheritdoc cref="MarkingClient.MarkAttributeAsync(string, uint, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task MarkAttributeAsync(
        this BitmapistClient client, string name, long id, CancellationToken cancellationToken = default) =>
        Of(client).MarkAttributeAsync(name, CheckedId.Of(id), cancellationToken);

    /// <summary>Sets the flag of many ids, streamed in pipelines; each is checked as it is read.</summary>
    /// <remarks>
    /// An id out of range ends it with an <see cref="ArgumentOutOfRangeException"/>; those before it may be marked.
    /// </remarks>
    /// <inheritdoc cref="MarkingClient.MarkUniqueAsync(string, IAsyncEnumerable{uint}, CancellationToken)"/>
    public static Task<long> MarkUniqueAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids,
        CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkUniqueAsync(name, CheckedId.Each(ids), cancellationToken);

    /// <inheritdoc cref="MarkUniqueAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, CancellationToken)"/>
    public static Task<long> MarkUniqueAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).MarkUniqueAsync(name, CheckedId.Each(ids), cancellationToken);

    /// <summary>Removes the flag of many ids; each is checked as it is read.</summary>
    /// <inheritdoc cref="MarkUniqueAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, CancellationToken)"/>
    public static Task<long> UnmarkUniqueAsync<T>(
        this BitmapistClient client, string name, IAsyncEnumerable<T> ids,
        CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkUniqueAsync(name, CheckedId.Each(ids), cancellationToken);

    /// <inheritdoc cref="UnmarkUniqueAsync{T}(BitmapistClient, string, IAsyncEnumerable{T}, CancellationToken)"/>
    public static Task<long> UnmarkUniqueAsync<T>(
        this BitmapistClient client, string name, IEnumerable<T> ids, CancellationToken cancellationToken = default)
        where T : struct, IBinaryInteger<T> =>
        Of(client).UnmarkUniqueAsync(name, CheckedId.Each(ids), cancellationToken);

    /// <inheritdoc cref="BitmapistClient.ContainsAsync(EventSet, uint, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public static Task<bool> ContainsAsync(
        this BitmapistClient client, EventSet set, long id, CancellationToken cancellationToken = default) =>
        Of(client).ContainsAsync(set, CheckedId.Of(id), cancellationToken);

    /// <summary>Refused by the compiler: a text is no id. Parse it.</summary>
    [Obsolete(TextIsNoId, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Task MarkAsync(
        this BitmapistClient client, string name, string id, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(TextIsNoId);

    /// <summary>Refused by the compiler: a text is no id. Parse it.</summary>
    [Obsolete(TextIsNoId, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Task UnmarkAsync(
        this BitmapistClient client, string name, string id, DateTimeOffset? at = null, bool? trackHourly = null,
        bool? trackUnique = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(TextIsNoId);

    /// <summary>Refused by the compiler: a text is no id. Parse it.</summary>
    [Obsolete(TextIsNoId, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Task MarkUniqueAsync(
        this BitmapistClient client, string name, string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(TextIsNoId);

    /// <summary>Refused by the compiler: a text is no id. Parse it.</summary>
    [Obsolete(TextIsNoId, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Task UnmarkUniqueAsync(
        this BitmapistClient client, string name, string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(TextIsNoId);

    private static BitmapistClient Of(BitmapistClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client;
    }
}

/// <summary>
/// Ids given as other integers than <see cref="uint"/>: checked, since a cast would mark someone else.
/// </summary>
internal static class CheckedId
{
    /// <summary>The id of a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or above 2^32−1.</exception>
    public static uint Of(long id, [CallerArgumentExpression(nameof(id))] string? parameter = null) =>
        id is >= 0 and <= uint.MaxValue ? (uint)id : throw OutOfRange(id, parameter);

    /// <summary>The ids of numbers, checked as they are read.</summary>
    public static IEnumerable<uint> Each<T>(
        IEnumerable<T> ids, [CallerArgumentExpression(nameof(ids))] string? parameter = null)
        where T : struct, IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(ids, parameter);
        RequireNumbers<T>(parameter);
        return ids.Select(id => Of(id, parameter));
    }

    /// <inheritdoc cref="Each{T}(IEnumerable{T}, string?)"/>
    public static IAsyncEnumerable<uint> Each<T>(
        IAsyncEnumerable<T> ids, [CallerArgumentExpression(nameof(ids))] string? parameter = null)
        where T : struct, IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(ids, parameter);
        RequireNumbers<T>(parameter);
        return ids.Select(id => Of(id, parameter));
    }

    /// <summary>A string is a sequence of characters, and those count as integers.</summary>
    private static void RequireNumbers<T>(string? parameter)
    {
        if (typeof(T) == typeof(char)) throw new ArgumentException("Ids are numbers, not characters.", parameter);
    }

    private static uint Of<T>(T id, string? parameter) where T : struct, IBinaryInteger<T> =>
        T.IsNegative(id) || id > T.CreateSaturating(uint.MaxValue)
            ? throw OutOfRange(id, parameter) : uint.CreateTruncating(id);

    private static ArgumentOutOfRangeException OutOfRange(object id, string? parameter) => new(parameter, id,
        string.Create(CultureInfo.InvariantCulture, $"An id is a number from 0 to {uint.MaxValue:N0}."));
}
