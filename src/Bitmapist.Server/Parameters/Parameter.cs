using Bitmapist.Server.Commands;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>A parameter of CONFIG GET, with Redis's name for it.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Read">Its value now, as the client of this call may know it.</param>
internal sealed record Parameter(string Name, Func<CommandContext, string> Read)
{
    /// <summary>How CONFIG SET changes it; null: it cannot be changed while the server runs.</summary>
    public ParameterWriter? Writer { get; init; }
}

/// <summary>How CONFIG SET changes a parameter, in two steps so that a call with several changes all or none.</summary>
/// <param name="Check">Null, or what is wrong with a value, in Redis's words.</param>
/// <param name="Apply">Takes a value that was checked.</param>
internal sealed record ParameterWriter(Func<ServerState, string, string?> Check, Action<ServerState, string> Apply);
