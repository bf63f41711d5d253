namespace Bitmapist.Engine.Durability;

/// <summary>What was missing from its place and is there again.</summary>
[Flags]
internal enum Mended
{
    Nothing = 0,
    DatabaseFile = 1,
    Log = 2,
}
