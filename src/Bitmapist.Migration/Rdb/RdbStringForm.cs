namespace Bitmapist.Migration.Rdb;

/// <summary>Special forms of a string, in the six bits of a length byte that begins with two ones.</summary>
internal enum RdbStringForm
{
    Int8 = 0,
    Int16 = 1,
    Int32 = 2,

    /// <summary>Length compressed, length expanded, LZF.</summary>
    Lzf = 3,
}
