using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bitmapist.Client;

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
        return ids.Select(id => Of(id, parameter));
    }

    /// <inheritdoc cref="Each{T}(IEnumerable{T}, string?)"/>
    public static IAsyncEnumerable<uint> Each<T>(
        IAsyncEnumerable<T> ids, [CallerArgumentExpression(nameof(ids))] string? parameter = null)
        where T : struct, IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(ids, parameter);
        return ids.Select(id => Of(id, parameter));
    }

    private static uint Of<T>(T id, string? parameter) where T : struct, IBinaryInteger<T> =>
        T.IsNegative(id) || id > T.CreateSaturating(uint.MaxValue)
            ? throw OutOfRange(id, parameter) : uint.CreateTruncating(id);

    private static ArgumentOutOfRangeException OutOfRange(object id, string? parameter) => new(parameter, id,
        string.Create(CultureInfo.InvariantCulture, $"An id is a number from 0 to {uint.MaxValue:N0}."));
}
