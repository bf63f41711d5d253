using System.Diagnostics;

namespace Bitmapist.Server.State;

/// <summary>Counts of one command.</summary>
internal struct CommandCounts
{
    /// <summary>Calls that ran.</summary>
    public long Calls;

    /// <summary>Time spent, in stopwatch ticks.</summary>
    public long Ticks;

    /// <summary>Calls that were answered with an error.</summary>
    public long Failures;

    /// <summary>Calls refused before they ran.</summary>
    public long Rejections;
}

/// <summary>
/// What one connection did, written by its own thread only, so that counting costs no shared memory; INFO adds up all
/// connections, and <see cref="ClientRegistry"/> keeps the sums of closed ones. Readers may see values slightly old.
/// </summary>
/// <remarks>
/// There is room for the few commands that the connection has used, not for the hundred that there are: ten thousand
/// idle connections would have 40 MB of zeros.
/// </remarks>
/// <param name="commandCount">Commands and subcommands there are.</param>
internal sealed class ClientCounters(int commandCount)
{
    private const int RoomAtFirst = 2;
    private readonly byte[] _places = new byte[commandCount]; // by the command's number: where it is, from 1 on; 0: not
    private CommandCounts[] _counts = new CommandCounts[RoomAtFirst];
    private int _used;

    public long InputBytes;
    public long OutputBytes;

    /// <summary>Calls of all commands.</summary>
    public long TotalCalls
    {
        get
        {
            long calls = 0;
            foreach (CommandCounts counts in Volatile.Read(ref _counts)) calls += counts.Calls;
            return calls;
        }
    }

    /// <summary>Counts of a command, by its number; from any thread.</summary>
    public CommandCounts this[int command] =>
        Volatile.Read(ref _places[command]) is > 0 and var place ? Volatile.Read(ref _counts)[place - 1] : default;

    /// <summary>Where a command is counted; the owner's thread, for the moment.</summary>
    public ref CommandCounts Of(int command)
    {
        int place = _places[command];
        if (place == 0) place = MakeRoom(command);
        return ref _counts[place - 1];
    }

    public void AddTo(ClientCounters sum)
    {
        for (int command = 0; command < _places.Length; command++)
        {
            if (Volatile.Read(ref _places[command]) == 0) continue;
            CommandCounts counts = this[command];
            ref CommandCounts total = ref sum.Of(command);
            total.Calls += counts.Calls;
            total.Ticks += counts.Ticks;
            total.Failures += counts.Failures;
            total.Rejections += counts.Rejections;
        }

        sum.InputBytes += InputBytes;
        sum.OutputBytes += OutputBytes;
    }

    /// <summary>Leaves what came after <paramref name="earlier"/>.</summary>
    public void Subtract(ClientCounters earlier)
    {
        for (int command = 0; command < _places.Length; command++)
        {
            if (_places[command] == 0) continue;
            CommandCounts former = earlier[command];
            ref CommandCounts counts = ref Of(command);
            counts.Calls -= former.Calls;
            counts.Ticks -= former.Ticks;
            counts.Failures -= former.Failures;
            counts.Rejections -= former.Rejections;
        }

        InputBytes -= earlier.InputBytes;
        OutputBytes -= earlier.OutputBytes;
    }

    private int MakeRoom(int command)
    {
        Debug.Assert(_places.Length <= byte.MaxValue, "A place is a byte.");
        if (_used == _counts.Length)
        {
            // A reader has the old one or the new one, and in both what was counted so far.
            CommandCounts[] larger = new CommandCounts[_counts.Length * 2];
            Array.Copy(_counts, larger, _used);
            Volatile.Write(ref _counts, larger);
        }

        _used++;
        Volatile.Write(ref _places[command], (byte)_used);
        return _used;
    }
}
