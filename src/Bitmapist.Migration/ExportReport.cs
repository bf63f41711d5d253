using System.Globalization;

namespace Bitmapist.Migration;

/// <summary>What moving out wrote.</summary>
/// <param name="Target">The RDB file.</param>
/// <param name="Keys">Keys written.</param>
/// <param name="Bits">Their one-bits.</param>
/// <param name="StringBytes">Bytes of their strings.</param>
/// <param name="Expiries">Keys with an expiry time.</param>
/// <param name="Expired">Keys left out because they had expired.</param>
/// <param name="Databases">Databases the file needs: one more than the highest number.</param>
/// <param name="WrittenBytes">Bytes of the file.</param>
/// <param name="TornBytes">Bytes of an unfinished write at the end of the log, which nobody was promised.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ExportReport(
    string Target,
    long Keys,
    long Bits,
    long StringBytes,
    long Expiries,
    long Expired,
    int Databases,
    long WrittenBytes,
    long TornBytes,
    TimeSpan Elapsed)
{
    /// <summary>Writes the report, one fact a line.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CultureInfo plain = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(plain, $"exported to {Target} in {Elapsed.TotalSeconds:F1} s"));
        output.WriteLine(string.Create(plain, $"keys exported: {Keys}"));
        output.WriteLine(string.Create(plain, $"bits set: {Bits}"));
        output.WriteLine(string.Create(plain, $"string bytes: {StringBytes}"));
        output.WriteLine(string.Create(plain, $"file bytes: {WrittenBytes}"));
        output.WriteLine(string.Create(plain, $"expiries kept: {Expiries}"));
        output.WriteLine(string.Create(plain, $"skipped: {Expired}"));
        if (Expired > 0) output.WriteLine(string.Create(plain, $"skipped, expired: {Expired}"));
        if (TornBytes > 0)
            output.WriteLine(string.Create(plain, $"unfinished write at the end of the log: {TornBytes} bytes cut"));
        if (Databases > 16)
            output.WriteLine(string.Create(plain, $"redis-server needs --databases {Databases}"));
    }
}
