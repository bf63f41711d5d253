using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>What keys take of the heap; measured while no other test allocates.</summary>
[CollectionDefinition(nameof(KeyMemoryTests), DisableParallelization = true)]
[Collection(nameof(KeyMemoryTests))]
public sealed class KeyMemoryTests
{
    [Fact]
    public void A_key_of_three_ids_takes_little_more_than_its_name()
    {
        // What other tests have left may be freed meanwhile, once.
        long[] measured = [BytesPerKey(), BytesPerKey(), BytesPerKey()];
        Array.Sort(measured);
        Assert.InRange(measured[1], 100, 260); // with a bitmap object, 100 more
    }

    private static long BytesPerKey()
    {
        const int Keys = 50_000;
        KeyspaceStore store = new(1, new ManualTime());
        using Session session = new(store);
        byte[][] names = [.. Enumerable.Range(0, Keys).Select(key => Name.Bytes($"trackist_event{key % 97}_{key:D8}"))];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (byte[] name in names)
            for (uint id = 0; id < 3; id++) session.SetBit(name, id * 100_003, bit: true);
        long bytesPerKey = (GC.GetTotalMemory(forceFullCollection: true) - before) / Keys;
        GC.KeepAlive(store);
        GC.KeepAlive(names);
        return bytesPerKey;
    }
}
