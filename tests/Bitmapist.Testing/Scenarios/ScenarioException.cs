namespace Bitmapist.Testing.Scenarios;

/// <summary>
/// A server answered otherwise than its row in the table says; the message shows the step and both replies.
/// </summary>
public sealed class ScenarioException(string message) : Exception(message);
