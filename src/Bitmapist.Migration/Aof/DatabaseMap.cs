namespace Bitmapist.Migration.Aof;

/// <summary>
/// Which database of the replay's keyspace holds what Redis calls database n. SWAPDB exchanges two of these numbers
/// instead of all their keys. One thread.
/// </summary>
internal sealed class DatabaseMap
{
    private readonly Dictionary<int, int> _moved = []; // those that are not under their own number

    /// <summary>Where database <paramref name="number"/> is kept.</summary>
    public int this[int number] => _moved.GetValueOrDefault(number, number);

    /// <summary>Exchanges two databases.</summary>
    public void Swap(int left, int right) => (_moved[left], _moved[right]) = (this[right], this[left]);

    /// <summary>The other way round: under which number what is kept somewhere goes.</summary>
    public Dictionary<int, int> Inverted() => _moved.ToDictionary(pair => pair.Value, pair => pair.Key);
}
