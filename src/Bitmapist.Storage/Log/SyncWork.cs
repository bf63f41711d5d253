namespace Bitmapist.Storage.Log;

/// <summary>What one fsync pass has to sync.</summary>
/// <param name="Left">Segments left behind, oldest first.</param>
/// <param name="Current">The segment being written; null between two.</param>
/// <param name="IsDirectory">Names of segments are not durable yet.</param>
internal readonly record struct SyncWork(List<LogSegment> Left, LogSegment? Current, bool IsDirectory);
