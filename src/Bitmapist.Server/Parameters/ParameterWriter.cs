using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>How CONFIG SET changes a parameter, in two steps so that a call with several changes all or none.</summary>
/// <param name="Check">Null, or what is wrong with a value, in Redis's words.</param>
/// <param name="Apply">Takes a value that was checked.</param>
internal sealed record ParameterWriter(Func<ServerState, string, string?> Check, Action<ServerState, string> Apply);
