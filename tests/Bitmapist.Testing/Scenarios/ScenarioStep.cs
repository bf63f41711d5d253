namespace Bitmapist.Testing.Scenarios;

/// <summary>A step of a <see cref="Scenario"/>: a command, the connection it goes to, what must come back.</summary>
/// <param name="Connection">0 unless the step begins with @1 … @9.</param>
/// <param name="Command">As typed into redis-cli.</param>
/// <param name="Expected">A <see cref="ReplyPattern"/>, or null where any reply except an error will do.</param>
/// <param name="InAnyOrder">Whether the items of the reply may come in any order (=~&gt; instead of =&gt;).</param>
internal sealed record ScenarioStep(int Connection, string Command, string? Expected, bool InAnyOrder)
{
    private const string Ordered = " => ";
    private const string Unordered = " =~> ";

    public static ScenarioStep Parse(string step)
    {
        int connection = 0;
        if (step is ['@', >= '1' and <= '9', ' ', ..]) (connection, step) = (step[1] - '0', step[3..]);
        string arrow = step.Contains(Unordered, StringComparison.Ordinal) ? Unordered : Ordered;
        string[] sides = step.Split(arrow, 2);
        return new ScenarioStep(connection, sides[0].Trim(), sides.Length == 2 ? sides[1] : null, arrow == Unordered);
    }
}
