namespace Bitmapist.Storage.Log;

/// <summary>What a survey of a log found.</summary>
/// <param name="Segments">Segments that the database needs.</param>
/// <param name="Leftovers">Older ones, which a start deletes.</param>
/// <param name="Records">Batch records handed on.</param>
/// <param name="Bytes">Bytes of segments up to the end of their last whole record.</param>
/// <param name="TornBytes">Bytes of writes that a crash interrupted, which a start cuts.</param>
/// <param name="RecordsBehindDamage">Whole batch records behind the first damage, not handed on.</param>
public sealed record LogSurveyResult(
    int Segments, int Leftovers, long Records, long Bytes, long TornBytes, long RecordsBehindDamage);
