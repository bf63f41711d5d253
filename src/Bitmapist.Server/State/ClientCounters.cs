namespace Bitmapist.Server.State;

/// <summary>
/// What one connection did, written by its own thread only, so that counting costs no shared memory; INFO adds up all
/// connections, and <see cref="ClientRegistry"/> keeps the sums of closed ones. Readers may see values slightly old.
/// </summary>
/// <param name="commandCount">Commands and subcommands there are.</param>
internal sealed class ClientCounters(int commandCount)
{
    /// <summary>Calls by the command's number.</summary>
    public readonly long[] Calls = new long[commandCount];

    /// <summary>Time spent, in stopwatch ticks, by the command's number.</summary>
    public readonly long[] Ticks = new long[commandCount];

    /// <summary>Calls that were answered with an error, by the command's number.</summary>
    public readonly long[] Failures = new long[commandCount];

    /// <summary>Calls refused before they ran, by the command's number.</summary>
    public readonly long[] Rejections = new long[commandCount];

    public long InputBytes;
    public long OutputBytes;

    public void AddTo(ClientCounters sum)
    {
        for (int i = 0; i < Calls.Length; i++)
        {
            sum.Calls[i] += Calls[i];
            sum.Ticks[i] += Ticks[i];
            sum.Failures[i] += Failures[i];
            sum.Rejections[i] += Rejections[i];
        }

        sum.InputBytes += InputBytes;
        sum.OutputBytes += OutputBytes;
    }

    /// <summary>Leaves what came after <paramref name="earlier"/>.</summary>
    public void Subtract(ClientCounters earlier)
    {
        for (int i = 0; i < Calls.Length; i++)
        {
            Calls[i] -= earlier.Calls[i];
            Ticks[i] -= earlier.Ticks[i];
            Failures[i] -= earlier.Failures[i];
            Rejections[i] -= earlier.Rejections[i];
        }

        InputBytes -= earlier.InputBytes;
        OutputBytes -= earlier.OutputBytes;
    }
}
