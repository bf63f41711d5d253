using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Connections;

/// <summary>
/// What one connection did, written by its own thread only, so that counting costs no shared memory; INFO adds up all
/// connections, and <see cref="ClientRegistry"/> keeps the sums of closed ones. Readers may see values slightly old.
/// </summary>
internal sealed class ClientCounters
{
    /// <summary>Calls by <see cref="CommandSpec.Index"/>.</summary>
    public readonly long[] Calls = new long[CommandTable.ByIndex.Count];

    /// <summary>Time spent, in stopwatch ticks, by <see cref="CommandSpec.Index"/>.</summary>
    public readonly long[] Ticks = new long[CommandTable.ByIndex.Count];

    /// <summary>Calls that were answered with an error, by <see cref="CommandSpec.Index"/>.</summary>
    public readonly long[] Failures = new long[CommandTable.ByIndex.Count];

    /// <summary>Calls refused before they ran, by <see cref="CommandSpec.Index"/>.</summary>
    public readonly long[] Rejections = new long[CommandTable.ByIndex.Count];

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
