using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Borrowed bits of a BITOP's operands: those that had to be read or computed before it could take effect, for as long
/// as the operands are what they were. One thread.
/// </summary>
/// <param name="operandCount">How many operands the operation has.</param>
internal sealed class BorrowedBits(int operandCount)
{
    private readonly PendingBits?[] _of = new PendingBits?[operandCount];
    private readonly StoredBits?[] _from = new StoredBits?[operandCount];
    private readonly List<int[]> _combined = []; // operands whose bits were combined: none counts without the others

    /// <summary>The bits of each operand that has any here.</summary>
    public ReadOnlyBitmap?[] Bits { get; } = new ReadOnlyBitmap?[operandCount];

    /// <summary>Reads and computes some operands; outside every shard.</summary>
    /// <exception cref="DiskReadException">One cannot be read.</exception>
    public void Read(BitopKind operation, PendingBits[] operands, bool[] isWanted)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            if (!isWanted[i]) continue;
            _of[i] = operands[i];
            _from[i] = operands[i].Stored;
        }

        int[] combined = OperandReader.Read(operation, operands, isWanted, Bits);
        if (combined.Length > 0) _combined.Add(combined);
    }

    /// <summary>Forgets what is no longer that of the operands as they are now.</summary>
    public void Review(StringValue[] operands)
    {
        for (int i = 0; i < operands.Length; i++)
            if (Bits[i] is not null && !IsOf(i, operands[i].Pending)) Forget(i);
    }

    // It may have been evicted and come back meanwhile, and would do so for ever where memory is short.
    private bool IsOf(int operand, PendingBits pending) =>
        pending == _of[operand] || (pending.Stored?.IsSame(_from[operand]) ?? false);

    private void Forget(int operand)
    {
        Bits[operand] = null;
        int[]? combined = _combined.Find(operands => operands.Contains(operand));
        if (combined is null) return;
        foreach (int other in combined) Bits[other] = null;
        _combined.Remove(combined);
    }
}
