using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Parameters;

/// <summary>A parameter of CONFIG GET, with Redis's name for it.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Read">Its value now, as the client of this call may know it.</param>
internal sealed record Parameter(string Name, Func<CommandContext, string> Read)
{
    /// <summary>How CONFIG SET changes it; null: it cannot be changed while the server runs.</summary>
    public ParameterWriter? Writer { get; init; }
}
