namespace Bitmapist.Roaring.Operations;

/// <summary>Turns any bitmap into one in memory.</summary>
internal static class Copying
{
    public static FrozenBitmap ToFrozen(ReadOnlyBitmap bitmap) =>
        bitmap as FrozenBitmap ?? ((SerializedBitmap)bitmap).ToFrozen();
}
