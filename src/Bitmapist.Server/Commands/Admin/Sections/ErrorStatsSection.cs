namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO errorstats: error replies by their code.</summary>
internal static class ErrorStatsSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        foreach ((string code, long count) in call.Server.ErrorCounts)
            text.Add($"errorstat_{code}", FormattableString.Invariant($"count={count}"));
    }
}
