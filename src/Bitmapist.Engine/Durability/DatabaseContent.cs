namespace Bitmapist.Engine.Durability;

/// <summary>What one database of a file holds.</summary>
/// <param name="Keys">Its keys.</param>
/// <param name="Expiring">Those with an expiry time.</param>
/// <param name="Bits">One-bits of their strings.</param>
/// <param name="StringBytes">Bytes of their strings, as GET would reply them.</param>
public readonly record struct DatabaseContent(long Keys, long Expiring, long Bits, long StringBytes);
