using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO commands, of the original server: how often each command was called.</summary>
internal static class CommandsSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        ClientCounters counters = call.Server.Statistics.SinceReset().Clients;
        foreach (CommandSpec spec in call.Commands.ByIndex)
            if (counters.Calls[spec.Index] > 0) text.Add(spec.FullName, counters.Calls[spec.Index]);
    }
}
