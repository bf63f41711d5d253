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

    /// <summary>A dump of Redis or Valkey: an RDB file; or an append-only file that begins with one.</summary>
    Rdb,

    /// <summary>An append-only file of Redis that begins with a command.</summary>
    AppendOnlyFile,

    /// <summary>The manifest of append-only files in several parts (Redis 7.0).</summary>
    AppendOnlyManifest,
}
