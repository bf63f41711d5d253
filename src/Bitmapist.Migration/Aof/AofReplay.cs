using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// Applies the commands of append-only files to a keyspace. Redis logs only commands that had an effect, and nothing
/// expires while they are replayed: a key whose time had come when a command ran was logged as deleted. So a command
/// about a key that is no string here was about one of another type, and overwrites what it would overwrite in Redis.
/// One thread.
/// </summary>
/// <param name="keyspace">Where to. Its clock is before every expiry time.</param>
/// <param name="nowUnixMs">The instant that relative times count from: as in Redis, that of the replay.</param>
/// <param name="countOther">Told the type that a command was about, when it was not strings.</param>
internal sealed class AofReplay(ReplayKeyspace keyspace, long nowUnixMs, Action<string> countOther)
{
    private int _selected;

    public Session Session => keyspace.Session;

    public long NowUnixMs => nowUnixMs;

    /// <summary>Which database is kept where.</summary>
    public DatabaseMap Databases { get; } = new();

    /// <summary>Commands applied or passed over.</summary>
    public long Commands { get; private set; }

    /// <summary>Applies a command.</summary>
    /// <exception cref="Storage.Files.CorruptFileException">It is not known or makes no sense.</exception>
    public void Apply(AofCommand command)
    {
        AofCommandTable.Find(command).Run(this, command);
        Commands++;
    }

    /// <summary>Selects a database by Redis's number; each file begins with 0.</summary>
    public void Select(int number)
    {
        _selected = number;
        Session.Database = Databases[number];
    }

    /// <summary>Exchanges two databases; the selected number then shows the other's keys.</summary>
    public void Swap(int left, int right)
    {
        Databases.Swap(left, right);
        Select(_selected);
    }

    /// <summary>The number of a database that an argument names; there is room for it then.</summary>
    public int Database(AofCommand command, int index)
    {
        long number = command.Integer(index);
        if (number is < 0 or >= EngineLimits.DatabasesMax)
            throw command.Refuse($"names database {number}, beyond {EngineLimits.DatabasesMax - 1}");
        if (number >= Session.Databases) keyspace.Grow((int)number + 1);
        return (int)number;
    }

    /// <summary>Counts a command about another type than strings.</summary>
    public void CountOther(string type) => countOther(type);

    /// <summary>A key's string, or null.</summary>
    public StringValue? Find(byte[] name) => Session.TryGet(name, out StringValue value) ? value : null;

    /// <summary>A key's expiry time; 0: none, or no key.</summary>
    public long Expiry(byte[] name) => Math.Max(0, Session.ExpiresAt(name, out _));

    public void Put(byte[] name, in StringValue value, long expiresAtUnixMs) =>
        Session.Put(name, value, expiresAtUnixMs);

    public void Delete(byte[] name) => Session.Delete([name]);
}
