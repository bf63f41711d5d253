using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// Parses a call's arguments, then does what it says. Malformed arguments change nothing. What takes long is left to
/// <see cref="CommandContext.Defer"/>; then nothing has been written yet.
/// </summary>
internal delegate void CommandRunner(CommandContext call, RespWriter reply);
