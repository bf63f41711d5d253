namespace Bitmapist.Roaring.Tests;

/// <summary>Measures the heap, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    /// <summary>The project's memory goal: 300 ids spread over 20 million at no more than 8 bytes each.</summary>
    [Fact]
    public void Sparse_set_costs_at_most_8_bytes_an_id()
    {
        const int BitmapsCount = 2_000, IdsCount = 300;
        Random random = new(7);
        RoaringBitmap[] bitmaps = new RoaringBitmap[BitmapsCount];
        for (int i = 0; i < bitmaps.Length; i++)
        {
            bitmaps[i] = new RoaringBitmap();
            for (int n = 0; n < IdsCount; n++) bitmaps[i].Add((uint)random.Next(20_000_000));
        }
        long estimate = bitmaps.Sum(bitmap => bitmap.MemoryBytes);
        // What other tests left to pools and finalizers goes in the first collections, so before both measurements.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long with = GC.GetTotalMemory(forceFullCollection: true);
        Array.Clear(bitmaps);
        double bytes = with - GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(bytes / (BitmapsCount * IdsCount), 4.0, 6.0);
        Assert.InRange(estimate / bytes, 0.9, 1.1);
    }
}
