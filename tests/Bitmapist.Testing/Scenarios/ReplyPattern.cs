using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Bitmapist.Testing.Scenarios;

/// <summary>
/// An expected reply: the text of <see cref="Wire.ReplyText"/>, in which &lt;int&gt; stands for any integer, &lt;int
/// 90..100&gt; for one in that inclusive range, &lt;int 1..&gt; for one of at least 1, and &lt;any&gt; for any text,
/// also none. Everything else must be equal, character by character.
/// </summary>
public static partial class ReplyPattern
{
    /// <summary>Whether a reply is what the pattern asks for.</summary>
    public static bool Matches(string pattern, string reply)
    {
        StringBuilder regex = new("\\A");
        List<(long Min, long Max)> ranges = [];
        int at = 0;
        foreach (Match token in Token().Matches(pattern))
        {
            regex.Append(Regex.Escape(pattern[at..token.Index]));
            at = token.Index + token.Length;
            if (token.Value == "<any>") regex.Append(".*?");
            else
            {
                regex.Append(CultureInfo.InvariantCulture, $"(?<n{ranges.Count}>-?[0-9]+)");
                ranges.Add((Bound(token.Groups["min"], long.MinValue), Bound(token.Groups["max"], long.MaxValue)));
            }
        }
        regex.Append(Regex.Escape(pattern[at..])).Append("\\z");
        Match match = Regex.Match(reply, regex.ToString(), RegexOptions.Singleline);
        return match.Success
            && ranges.Index().All(range => IsWithin(match.Groups[$"n{range.Index}"].Value, range.Item));
    }

    private static bool IsWithin(string digits, (long Min, long Max) range) =>
        long.TryParse(digits, CultureInfo.InvariantCulture, out long value) && value >= range.Min && value <= range.Max;

    private static long Bound(Group group, long otherwise) =>
        group.Success ? long.Parse(group.Value, CultureInfo.InvariantCulture) : otherwise;

    [GeneratedRegex(@"<any>|<int(?: (?<min>-?\d+)\.\.(?<max>-?\d+)?)?>")]
    private static partial Regex Token();
}
