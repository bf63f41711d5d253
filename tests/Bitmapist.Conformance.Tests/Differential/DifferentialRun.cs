using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>
/// Sends one random stream of commands to two servers, in pipelined batches over a few connections in turn, and
/// compares every reply; then everything that is stored. Stops at the first difference with a report to reproduce it.
/// </summary>
/// <param name="seed">Of the stream.</param>
/// <param name="protocol">What connections speak: 2, or 3 until a RESET in the stream, and again from their next batch
/// on.</param>
/// <param name="commandsMax">How many commands.</param>
/// <param name="tested">The server in question.</param>
/// <param name="reference">The server that is right.</param>
public sealed class DifferentialRun(
    int seed, int protocol, int commandsMax, ITestServer tested, ITestServer reference) : IDisposable
{
    private const int Connections = 3; // more than one, so that WATCH sees the writes of others
    private const int BatchMax = 200;
    private const int HistoryShown = 25;
    private const int ReplyCharsShown = 400;
    private readonly Random _random = new(seed);
    private readonly CommandGenerator _generator = new(seed, protocol);
    private readonly List<(int Connection, GeneratedCommand Command)> _history = [];
    private readonly List<(RawConnection, RawConnection, List<GeneratedCommand> Queued)> _connections = [];

    /// <summary>Replies that differed because the reference is later than the Redis that the tested server
    /// follows.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Runs the whole stream and compares what is stored at the end.</summary>
    /// <exception cref="InvalidOperationException">The servers differ; the message tells where, and how they came
    /// there.</exception>
    public async Task RunAsync()
    {
        for (int connection = 0; connection < Connections; connection++)
        {
            RawConnection left = await RawConnection.ConnectAsync(tested.Port);
            _connections.Add((left, await RawConnection.ConnectAsync(reference.Port), []));
        }
        while (_history.Count < commandsMax)
        {
            int count = Math.Min(_random.Next(1, BatchMax), commandsMax - _history.Count);
            List<GeneratedCommand> batch = [.. Enumerable.Range(0, count).Select(_ => _generator.Next())];
            if (protocol > 2) batch.Insert(0, Ask($"HELLO {protocol}") with { Rule = ReplyRule.KindOnly });
            await RunBatchAsync(_random.Next(Connections), batch);
        }
        await CompareStoredAsync();
    }

    public void Dispose()
    {
        foreach ((RawConnection left, RawConnection right, _) in _connections)
        {
            left.Dispose();
            right.Dispose();
        }
    }

    private async Task RunBatchAsync(int connection, List<GeneratedCommand> batch)
    {
        (RawConnection left, RawConnection right, List<GeneratedCommand> queued) = _connections[connection];
        using MemoryStream bytes = new();
        foreach (GeneratedCommand command in batch) bytes.Write(CommandLine.Encode(command.Args));
        await left.SendBytesAsync(bytes.ToArray());
        await right.SendBytesAsync(bytes.ToArray());
        foreach (GeneratedCommand command in batch)
        {
            _history.Add((connection, command));
            byte[] rightReply = await ReceiveAsync(right, "the reference");
            byte[] leftReply = await ReceiveAsync(left, "the tested server");
            ReplyDifference? difference = Compare(command, queued, leftReply, rightReply);
            if (difference != null && RedisServer.IsLaterThan70 && LaterReplies.Explain(difference)) LeftOut++;
            else if (difference != null) throw new InvalidOperationException(Report(difference));
        }
    }

    private static ReplyDifference? Compare(
        GeneratedCommand command, List<GeneratedCommand> queued, byte[] left, byte[] right)
    {
        bool isQueued = right.AsSpan().SequenceEqual("+QUEUED\r\n"u8);
        if (command.Name is "EXEC" or "DISCARD" or "RESET" && !isQueued)
        {
            ReplyDifference? difference = ReplyComparison.DifferenceOfExec(command, queued, left, right);
            queued.Clear();
            return difference;
        }
        if (isQueued) queued.Add(command);
        ReplyRule rule = isQueued ? ReplyRule.Exact : command.Rule;
        return ReplyComparison.Agree(rule, left, right) ? null : new ReplyDifference(command, left, right);
    }

    private async Task<byte[]> ReceiveAsync(RawConnection connection, string who)
    {
        try
        {
            return await connection.ReceiveAsync();
        }
        catch (Exception e) when (e is TimeoutException or IOException or InvalidDataException)
        {
            ReplyDifference difference = new(_history[^1].Command, [], []);
            string wrote = tested is BitmapistServer { Output: var output } ? output : "";
            throw new InvalidOperationException(
                $"{who} broke off: {e.Message}\n{Report(difference)}The tested server wrote:\n{wrote}", e);
        }
    }

    private async Task CompareStoredAsync()
    {
        // Ends transactions that the stream left open, and returns to RESP2.
        for (int connection = 0; connection < Connections; connection++)
            await RunBatchAsync(connection, [Ask("RESET")]);
        for (int database = 0; database < CommandGenerator.DatabaseCount; database++)
        {
            List<GeneratedCommand> questions =
                [Ask($"SELECT {database}"), Ask("KEYS *") with { Rule = ReplyRule.AnyOrder }, Ask("DBSIZE")];
            foreach (byte[] key in CommandGenerator.KeySpace)
            {
                foreach (string question in new[] { "TYPE", "STRLEN", "BITCOUNT", "GET" })
                    questions.Add(new GeneratedCommand([Encoding.ASCII.GetBytes(question), key], ReplyRule.Exact));
                questions.Add(new GeneratedCommand(["PTTL"u8.ToArray(), key], ReplyRule.NearInteger));
            }
            await RunBatchAsync(connection: 0, questions);
        }
    }

    private static GeneratedCommand Ask(string line) => new(CommandLine.Parse(line), ReplyRule.Exact);

    private string Report(ReplyDifference difference)
    {
        (int connection, GeneratedCommand last) = _history[^1];
        List<byte[]> keys = [.. KeysOf(difference.Command)];
        bool IsRelated((int Connection, GeneratedCommand Command) earlier) =>
            KeysOf(earlier.Command).Any(key => keys.Exists(other => other.AsSpan().SequenceEqual(key)))
            || (earlier.Connection == connection
                && earlier.Command.Name is "MULTI" or "EXEC" or "DISCARD" or "SELECT" or "WATCH" or "HELLO" or "RESET");
        StringBuilder report = new("The servers differ.");
        report.Append($" Seed {seed}, RESP{protocol}, command {_history.Count - 1}, connection {connection}\n");
        report.Append($"command    {difference.Command}{(difference.Command == last ? "" : $", run by {last}")}\n");
        report.Append($"tested     {Text.Excerpt(difference.Tested, ReplyCharsShown)}\n");
        report.Append($"reference  {Text.Excerpt(difference.Reference, ReplyCharsShown)}\n");
        report.Append("The last commands about its keys, and its connection's state (index, connection):\n");
        foreach ((int index, (int Connection, GeneratedCommand Command) earlier) in
            _history.SkipLast(1).Index().Where(entry => IsRelated(entry.Item)).TakeLast(HistoryShown))
        {
            report.Append($"  {index} ({earlier.Connection}) {earlier.Command}\n");
        }
        return report.ToString();
    }

    private static IEnumerable<byte[]> KeysOf(GeneratedCommand command) => command.Args.Skip(1)
        .Where(arg => CommandGenerator.KeySpace.Any(key => key.AsSpan().SequenceEqual(arg)));
}
