namespace Bitmapist.Migration.Rdb;

/// <summary>What may follow the end of an RDB file's keys.</summary>
internal enum RdbEnding
{
    /// <summary>
    /// Nothing, or the mark of a transfer whose length was not known beforehand: a diskless sync ends with 40 random
    /// hexadecimal digits (Redis, replication.c), which <c>redis-cli --rdb -</c> cannot cut off a pipe.
    /// </summary>
    Dump,

    /// <summary>The commands of an append-only file; they are left unread.</summary>
    AppendOnlyFile,
}
