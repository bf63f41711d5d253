namespace Bitmapist.Crash;

/// <summary>A command, or a transaction: what happens wholly or not at all.</summary>
/// <param name="Commands">As typed into redis-cli; a transaction begins with MULTI and ends with EXEC.</param>
/// <param name="After">The client's state once it has happened.</param>
/// <param name="Reply">What the last command must reply, rendered.</param>
internal sealed record WriteStep(string[] Commands, ClientState After, string Reply);
