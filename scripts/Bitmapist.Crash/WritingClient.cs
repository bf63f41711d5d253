using System.Net.Sockets;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>
/// A client that writes as fast as it gets replies, in pipelines of a few steps, and remembers every state that a crash
/// may leave: the one after its last acknowledged step, and those after each step sent since. Client n has database n
/// to itself.
/// </summary>
internal sealed class WritingClient(int number, int seed)
{
    private readonly Random _random = new(seed);
    private readonly RandomWrites _writes = new(new Random(seed + 1), number);
    private readonly Queue<ClientState> _possible = new([ClientState.Empty]);
    private ClientState _latest = ClientState.Empty;

    public int Number => number;

    /// <summary>Steps acknowledged over the life of the client.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Steps sent since the last acknowledged one.</summary>
    public int InFlight => _possible.Count - 1;

    /// <summary>A reply that was not the one due; null while all were.</summary>
    public string? WrongReply { get; private set; }

    /// <summary>Writes until the connection ends or a reply is wrong.</summary>
    public async Task RunAsync(int port)
    {
        try
        {
            using RawConnection connection = await RawConnection.ConnectAsync(port);
            await connection.AskAsync($"SELECT {number}");
            while (WrongReply is null) await WriteSomeAsync(connection);
        }
        catch (Exception gone) when (gone is EndOfStreamException or SocketException or ObjectDisposedException)
        {
            // The server was killed, which is what this is about.
        }
    }

    /// <summary>Whether a state found after a restart is one that may be; it then is the only one.</summary>
    public bool Accept(ClientState found, out string difference)
    {
        difference = "";
        ClientState? match = _possible.FirstOrDefault(possible => possible.IsSame(found));
        if (match is null)
        {
            difference = $"client {number}, {_possible.Count - 1} steps in flight; found against acknowledged: "
                + found.DifferencesFrom(_possible.Peek());
            return false;
        }

        _possible.Clear();
        _possible.Enqueue(match);
        _latest = match;
        return true;
    }

    private async Task WriteSomeAsync(RawConnection connection)
    {
        List<WriteStep> steps = [];
        List<byte> requests = [];
        for (int left = _random.Next(1, 12); left > 0; left--)
        {
            WriteStep step = _writes.Next(_latest);
            steps.Add(step);
            _latest = step.After;
            _possible.Enqueue(_latest);
            foreach (string command in step.Commands) requests.AddRange(CommandLine.Encode(command));
        }

        await connection.SendBytesAsync(requests.ToArray());
        foreach (WriteStep step in steps)
        {
            byte[] reply = [];
            for (int i = 0; i < step.Commands.Length; i++) reply = await connection.ReceiveAsync();
            _possible.Dequeue(); // the state before this step can no longer be what a crash leaves
            Acknowledged++;
            string text = ReplyText.Render(reply);
            if (text == step.Reply) continue;
            WrongReply = $"client {number}: {string.Join(" | ", step.Commands)} replied {text} instead of {step.Reply}";
            return;
        }
    }
}
