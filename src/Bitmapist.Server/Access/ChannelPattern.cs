using System.Text;
using Bitmapist.Server.Globs;

namespace Bitmapist.Server.Access;

/// <summary>Channels of which the names match. Immutable.</summary>
/// <param name="Text">The glob pattern, Latin-1.</param>
/// <param name="Glob">The same, compiled.</param>
internal sealed record ChannelPattern(string Text, GlobPattern Glob)
{
    /// <summary>
    /// Whether a channel may be used; a pattern to subscribe to must be this one to the letter, since two patterns tell
    /// nothing about what both match.
    /// </summary>
    public bool Allows(ReadOnlySpan<byte> channel, bool isPattern) =>
        isPattern ? Encoding.Latin1.GetString(channel) == Text : Glob.IsMatch(channel);

    /// <summary>Compiles a pattern; null when it is longer than patterns may be.</summary>
    public static ChannelPattern? TryCompile(string text) =>
        GlobPattern.TryCompile(Encoding.Latin1.GetBytes(text), out GlobPattern? glob)
            ? new ChannelPattern(text, glob)
            : null;
}
