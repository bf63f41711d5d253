using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Makes the operands of one bit operation ready, outside every shard. Those in the database file that are long are
/// combined as they are read where the operation allows it, so that a union of a year's days never has all of them in
/// memory; the result then takes the place of each of them.
/// </summary>
internal static class OperandReader
{
    /// <summary>Reads and computes some operands.</summary>
    /// <param name="operation">What they are for.</param>
    /// <param name="operands">All operands of the operation.</param>
    /// <param name="isWanted">Which of them to make ready.</param>
    /// <param name="ready">The bits of those are put here.</param>
    /// <returns>Which operands were combined: none of them counts without the others.</returns>
    /// <exception cref="DiskReadException">One cannot be read.</exception>
    public static int[] Read(
        BitopKind operation,
        ReadOnlySpan<PendingBits> operands,
        ReadOnlySpan<bool> isWanted,
        Span<ReadOnlyBitmap?> ready)
    {
        long storedBytes = 0;
        for (int i = 0; i < operands.Length; i++)
            if (isWanted[i] && operands[i].Stored is { } stored) storedBytes += stored.MemoryBytes;
        List<(int Operand, StoredBits Source)> passing = [];
        HashSet<StoredBits> passed = []; // a source may be given twice
        for (int i = 0; i < operands.Length; i++)
        {
            if (!isWanted[i]) continue;
            if (operands[i].Stored is not { } stored
                || (!passed.Contains(stored) && !stored.IsReadInPassing(storedBytes)))
            {
                ready[i] = operands[i].Force();
                continue;
            }

            passed.Add(stored);
            if (IsAlone(operation, i)) ready[i] = stored.ReadOnce();
            else passing.Add((i, stored));
        }

        if (passing.Count > 1) return Combine(operation, passing, ready);
        foreach ((int operand, StoredBits source) in passing) ready[operand] = source.ReadOnce();
        return [];
    }

    private static int[] Combine(
        BitopKind operation, List<(int Operand, StoredBits Source)> passing, Span<ReadOnlyBitmap?> ready)
    {
        IEnumerable<StoredBits> sources = passing.Select(operand => operand.Source);
        if (operation != BitopKind.Xor) sources = sources.Distinct();
        FrozenBitmap combined = passing[0].Source.Read(() =>
        {
            SerializedReader[] readers = [.. sources.Select(source => source.OpenReader())];
            return operation switch
            {
                BitopKind.And => StreamedAlgebra.And(readers),
                BitopKind.Xor => StreamedAlgebra.Xor(readers),
                _ => StreamedAlgebra.Or(readers), // what follows the first operand of the others counts as one
            };
        });
        foreach ((int operand, _) in passing)
            ready[operand] = operation == BitopKind.And ? combined : FrozenBitmap.Empty;
        ready[passing[0].Operand] = combined;
        return [.. passing.Select(operand => operand.Operand)];
    }

    /// <summary>Whether an operand has a part of its own in the operation.</summary>
    private static bool IsAlone(BitopKind operation, int operand) => operation switch
    {
        BitopKind.And or BitopKind.Or or BitopKind.Xor => false,
        BitopKind.Diff or BitopKind.Diff1 or BitopKind.AndOr => operand == 0,
        _ => true, // NOT has but one; of ONE each counts for itself
    };
}
