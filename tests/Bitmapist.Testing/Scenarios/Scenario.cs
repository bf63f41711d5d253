using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Testing.Scenarios;

/// <summary>
/// A row of a conformance table: steps divided by " | ", each a command as typed into redis-cli, then " => " and the
/// reply it must get, as <see cref="ReplyText"/> shows it and <see cref="ReplyPattern"/> reads it. A step without a
/// reply only must not fail. " =~> " compares the items of an array in any order. A step that begins with @1 … @9 goes
/// to another connection.
/// <code>
/// SET foobar foobar | BITCOUNT foobar -2 -1 => :7
/// WATCH k | MULTI | @1 SET k other | SET k mine => +QUEUED | EXEC => *nil
/// </code>
/// {x*1000} is x a thousand times; {now+5} and {nowms+5} are the unix time in s and ms when the row began; the step
/// {sleep 30} waits 30 ms, and {await} before a command asks again until the reply is the expected one.
/// {send} before a command sends it and reads nothing; the step {next} reads one more reply, or pushed message, and
/// sends nothing.
/// <c>SCAN {all} …</c> scans until the cursor is 0 again; its reply is the array of distinct
/// names, to be compared by " =~> ". Every row starts from FLUSHALL, so a server serves one row at a time.
/// </summary>
public static partial class Scenario
{
    private const string Await = "{await} ";
    private const string Send = "{send} ";
    private const string NextOne = "{next}";
    private const int PollMs = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(Limits.SilenceMs);

    /// <summary>Runs a row against a server.</summary>
    /// <exception cref="ScenarioException">A reply is not the expected one.</exception>
    public static async Task RunAsync(ITestServer server, string row)
    {
        string flushed = await server.SendAsync("FLUSHALL");
        if (flushed != "+OK") throw new ScenarioException($"FLUSHALL before the row replied {flushed}");

        Dictionary<int, RawConnection> connections = [];
        try
        {
            foreach ((int index, string text) in Expand(row).Split(" | ").Index())
            {
                ScenarioStep step = ScenarioStep.Parse(text);
                if (!connections.TryGetValue(step.Connection, out RawConnection? connection))
                    connections[step.Connection] = connection = await RawConnection.ConnectAsync(server.Port);
                await RunStepAsync(connection, step, $"step {index + 1} of: {row}");
            }
        }
        finally
        {
            foreach (RawConnection connection in connections.Values) connection.Dispose();
        }
    }

    private static async Task RunStepAsync(RawConnection connection, ScenarioStep step, string place)
    {
        if (Sleep().Match(step.Command) is { Success: true } sleep)
        {
            await Task.Delay(int.Parse(sleep.Groups[1].Value, CultureInfo.InvariantCulture));
            return;
        }
        if (step.Command.StartsWith(Send, StringComparison.Ordinal))
        {
            await connection.SendAsync(step.Command[Send.Length..]);
            return;
        }

        bool isAwaited = step.Command.StartsWith(Await, StringComparison.Ordinal);
        string command = isAwaited ? step.Command[Await.Length..] : step.Command;
        string reply = await ReplyAsync(connection, command, step.InAnyOrder);
        for (long startedAt = Stopwatch.GetTimestamp();
            isAwaited && !IsExpected(step, reply) && Stopwatch.GetElapsedTime(startedAt) < s_patience;)
        {
            await Task.Delay(PollMs);
            reply = await ReplyAsync(connection, command, step.InAnyOrder);
        }

        if (IsExpected(step, reply)) return;
        throw new ScenarioException(
            $"{command}\n  expected {step.Expected ?? "no error"}\n  received {reply}\n  {place}");
    }

    private static bool IsExpected(ScenarioStep step, string reply) =>
        step.Expected == null ? reply[0] is not ('-' or '!') : ReplyPattern.Matches(step.Expected, reply);

    private static async Task<string> ReplyAsync(RawConnection connection, string command, bool inAnyOrder)
    {
        if (command.StartsWith("SCAN {all}", StringComparison.Ordinal))
            return Show(await ScanAllAsync(connection, command));
        byte[] raw = command == NextOne ? await connection.ReceiveAsync() : await connection.AskAsync(command);
        return inAnyOrder ? Show(ReplyText.RenderItems(raw)) : ReplyText.Render(raw);
    }

    /// <summary>
    /// Replies are sorted, and so the row lists them: two lists in any order are equal when sorted they are.
    /// </summary>
    private static string Show(List<string> items) => $"[{string.Join(", ", items.Order(StringComparer.Ordinal))}]";

    private static async Task<List<string>> ScanAllAsync(RawConnection connection, string command)
    {
        HashSet<string> names = [];
        string cursor = "0";
        do
        {
            byte[] raw = await connection.AskAsync(command.Replace("{all}", cursor, StringComparison.Ordinal));
            List<string> cursorAndNames = ReplyText.RenderItems(raw);
            if (cursorAndNames.Count != 2)
                throw new ScenarioException($"{command}\n  received {ReplyText.Render(raw)}");
            cursor = cursorAndNames[0].Trim('\'');
            int firstBytes = raw.AsSpan().IndexOf((byte)'\n') + 1;
            int cursorBytes = ReplyFraming.MeasureReply(raw.AsSpan(firstBytes));
            names.UnionWith(ReplyText.RenderItems(raw.AsSpan(firstBytes + cursorBytes)));
        }
        while (cursor != "0");
        return [.. names];
    }

    private static string Expand(string row)
    {
        long nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        row = Repeat().Replace(row, repeat =>
        {
            int times = int.Parse(repeat.Groups[2].Value, CultureInfo.InvariantCulture);
            return string.Concat(Enumerable.Repeat(repeat.Groups[1].Value, times));
        });
        return Now().Replace(row, now =>
        {
            long shift = long.Parse(now.Groups[2].Value, CultureInfo.InvariantCulture);
            long time = now.Groups[1].Success ? nowMs : nowMs / 1000;
            return (time + shift).ToString(CultureInfo.InvariantCulture);
        });
    }

    [GeneratedRegex(@"\{([^{}|]+?)\*(\d+)\}")]
    private static partial Regex Repeat();

    [GeneratedRegex(@"\{now(ms)?([+-]\d+)\}")]
    private static partial Regex Now();

    [GeneratedRegex(@"^\{sleep (\d+)\}$")]
    private static partial Regex Sleep();
}
