namespace Bitmapist.Migration;

/// <summary>What a file is, by what it begins with; its name says nothing.</summary>
public enum FileFormat
{
    /// <summary>None of those below.</summary>
    Unknown,

    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>A database of this server, or a backup of one.</summary>
    Own,

    /// <summary>The Go server's database: a bbolt file.</summary>
    GoServer,

    /// <summary>A dump of Redis: an RDB file.</summary>
    Rdb,
}
