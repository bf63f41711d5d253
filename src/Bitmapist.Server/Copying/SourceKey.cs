using Bitmapist.Engine.Bits;

namespace Bitmapist.Server.Copying;

/// <summary>A key as the source had it at one instant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its string.</param>
/// <param name="ExpiresAtUnixMs">By this machine's clock, unix milliseconds; 0: never.</param>
internal readonly record struct SourceKey(ReadOnlyMemory<byte> Name, StringValue Value, long ExpiresAtUnixMs);
