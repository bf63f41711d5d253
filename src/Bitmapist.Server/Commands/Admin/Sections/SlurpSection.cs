using Bitmapist.Server.Copying;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO slurp: the copy from another server that runs, or the last one.</summary>
internal static class SlurpSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        SlurpProgress? slurp = call.Server.Slurper.Latest;
        text.Add("slurp_in_progress", slurp?.Status == SlurpStatus.Running ? 1 : 0);
        if (slurp is null) return;
        long endedAtUnixMs = slurp.EndedAtUnixMs == 0 ? call.Server.NowUnixMs : slurp.EndedAtUnixMs;
        text.Add("slurp_status", slurp.Status.ToString().ToLowerInvariant());
        text.Add("slurp_error", slurp.Failure.ReplaceLineEndings(" "));
        text.Add("slurp_source", slurp.Options.Address);
        text.Add("slurp_source_db", slurp.Options.SourceDatabase);
        text.Add("slurp_db", slurp.Database);
        text.Add("slurp_seconds", (endedAtUnixMs - slurp.StartedAtUnixMs) / 1000.0, decimals: 3);
        text.Add("slurp_keys", slurp.Keys);
        text.Add("slurp_bits", slurp.Bits);
        text.Add("slurp_bytes", slurp.Bytes);
        text.Add("slurp_keys_with_expiry", slurp.Expiring);
        text.Add("slurp_keys_without_bits", slurp.WithoutBits);
        text.Add("slurp_skipped_other_types", slurp.OtherTypes);
        text.Add("slurp_skipped_gone", slurp.Gone);
        text.Add("slurp_skipped_too_long", slurp.TooLong);
        text.Add("slurp_unnamed", slurp.Unnamed);
    }
}
