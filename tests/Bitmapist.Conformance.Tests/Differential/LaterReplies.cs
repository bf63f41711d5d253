using System.Text;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>
/// Where a Redis later than 7.0 replies otherwise: docs/commands.md lists it. All of these commands only read, so the
/// streams of commands go on alike.
/// </summary>
public static class LaterReplies
{
    /// <summary>Whether a difference between a server that follows 7.0 and a later Redis is a known one.</summary>
    public static bool Explain(ReplyDifference difference)
    {
        string tested = Encoding.Latin1.GetString(difference.Tested);
        string later = Encoding.Latin1.GetString(difference.Reference);
        return difference.Command.Name switch
        {
            // Arguments are looked at before the key.
            "BITCOUNT" or "BITPOS" => tested is ":0\r\n" or ":-1\r\n" && later[0] == '-',
            // A range that ends before the string begins was the first byte.
            "GETRANGE" or "SUBSTR" => tested.StartsWith("$1\r\n", StringComparison.Ordinal) && later == "$0\r\n\r\n",
            "SCAN" => later[0] == '-',
            "COMMAND" => tested[0] == '-' && later[0] == '-',
            "LOLWUT" => true,
            _ => false,
        };
    }
}
