using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>A command for both servers, and how their replies must agree.</summary>
public sealed record GeneratedCommand(IReadOnlyList<byte[]> Args, ReplyRule Rule)
{
    private const int ArgCharsMax = 60;

    /// <summary>The command's name in upper case.</summary>
    public string Name => Text.Escape(Args[0]).ToUpperInvariant();

    public override string ToString() =>
        string.Join(' ', Args.Select(arg => arg.Length == 0 ? "''" : Text.Excerpt(arg, ArgCharsMax)));
}
