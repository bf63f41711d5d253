namespace Bitmapist.Storage.Log;

/// <summary>Receives the records of a log in the order they were appended.</summary>
public delegate void LogRecordHandler(in LogRecord record);
