namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>A command, perhaps one run by EXEC, and the replies that do not agree.</summary>
public sealed record ReplyDifference(GeneratedCommand Command, byte[] Tested, byte[] Reference);
