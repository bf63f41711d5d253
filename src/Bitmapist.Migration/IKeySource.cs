using Bitmapist.Storage.Files;

namespace Bitmapist.Migration;

/// <summary>A file of keys to move in. Read once, by one thread, in bounded memory.</summary>
internal interface IKeySource
{
    /// <summary>Hands every key to the sink.</summary>
    /// <exception cref="CorruptFileException">What was read does not prove itself or makes no sense.</exception>
    /// <exception cref="StorageException">It cannot be read, or the sink cannot write.</exception>
    void ReadInto(KeySink sink);
}
