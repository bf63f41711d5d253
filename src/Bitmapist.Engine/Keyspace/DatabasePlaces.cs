namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Where the keys of each database are. Everything of a key but its effects (entries, names, totals, what a save must
/// write) goes by its place, a number that it keeps: so databases are swapped by swapping their places. Immutable.
/// </summary>
internal sealed class DatabasePlaces
{
    /// <summary>Each database is at the place of its own number.</summary>
    public static readonly DatabasePlaces Initial = new([], []);

    private readonly int[] _places; // by database; those beyond are at their own number
    private readonly int[] _databases; // by place

    private DatabasePlaces(int[] places, int[] databases)
    {
        _places = places;
        _databases = databases;
    }

    /// <summary>The place of a database.</summary>
    public int Of(int database) => database < _places.Length ? _places[database] : database;

    /// <summary>The database at a place.</summary>
    public int DatabaseAt(int place) => place < _databases.Length ? _databases[place] : place;

    /// <summary>The same but for two databases, each of which is where the other one was. O(databases).</summary>
    public DatabasePlaces Swap(int one, int other)
    {
        int count = Math.Max(_places.Length, Math.Max(one, other) + 1);
        int[] places = [.. Enumerable.Range(0, count).Select(Of)];
        (places[one], places[other]) = (places[other], places[one]);
        int[] databases = new int[count];
        for (int database = 0; database < count; database++) databases[places[database]] = database;
        return new DatabasePlaces(places, databases);
    }

    /// <summary>Whether every database is at the same place in both.</summary>
    public bool IsSame(DatabasePlaces other)
    {
        for (int database = 0; database < Math.Max(_places.Length, other._places.Length); database++)
            if (Of(database) != other.Of(database)) return false;
        return true;
    }
}
