namespace Bitmapist.Server.Commands.Admin;

/// <summary>A section of INFO.</summary>
/// <param name="Name">What it is asked for by; lower case.</param>
/// <param name="Title">Its heading; empty: none.</param>
/// <param name="Group">When it is shown.</param>
/// <param name="Write">Writes its lines.</param>
internal sealed record InfoSection(string Name, string Title, InfoGroup Group, Action<CommandContext, InfoText> Write);
