namespace Bitmapist.Client.Connections;

/// <summary>What a bulk came to.</summary>
/// <param name="Items">Items written and acknowledged.</param>
/// <param name="Requests">Requests they made.</param>
/// <param name="IntegerSum">Sum of the integers replied: of SETBITs, the bits that were set before.</param>
internal readonly record struct BulkResult(long Items, long Requests, long IntegerSum);
