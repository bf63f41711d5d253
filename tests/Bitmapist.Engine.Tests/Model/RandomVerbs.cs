using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Model;

/// <summary>Chooses verbs and arguments at random, few keys and near times, so that they meet often.</summary>
internal sealed class RandomVerbs(Random random, ManualTime time, int databases, int names)
{
    private static readonly BitopKind[] s_operations = Enum.GetValues<BitopKind>();
    private readonly string[] _names = [.. Enumerable.Range(0, names).Select(i => i == 0 ? "" : $"key:{i}\xFF\0{i}")];

    /// <summary>Whether databases may be swapped.</summary>
    public bool AreSwapping { get; init; } = true;

    private long Now => time.Now.ToUnixTimeMilliseconds();

    /// <summary>One verb, or a transaction of a few.</summary>
    public void Step(PairedKeyspace pair)
    {
        pair.Session.Database = random.Next(databases);
        if (random.Next(12) != 0)
        {
            One(pair);
            return;
        }

        using TransactionScope scope = pair.Session.BeginTransaction(KeyspaceStore.AllShards);
        for (int left = random.Next(1, 30); left > 0; left--)
        {
            if (random.Next(4) == 0) pair.Session.Database = random.Next(databases);
            One(pair);
        }

        scope.Complete();
    }

    /// <summary>A step of the clock: mostly short, sometimes past every expiry time given so far.</summary>
    public void PassTime() => time.Advance(TimeSpan.FromMilliseconds(random.Next(20) == 0 ? 2000 : random.Next(1, 60)));

    private void One(PairedKeyspace pair)
    {
        if (random.Next(4) == 0)
        {
            OneOfStrings(pair);
            return;
        }

        switch (random.Next(40))
        {
            case < 12: pair.SetBit(AnyName(), AnyOffset(), random.Next(4) != 0); break;
            case < 14: pair.GetBit(AnyName(), AnyOffset()); break;
            case < 16: pair.CountBits(AnyName()); break;
            case < 22: BitOp(pair); break;
            case < 25: Set(pair); break;
            case 25: pair.Get(AnyName()); break;
            case 26: pair.Delete(AnyName(), AnyName(), AnyName()); break;
            case 27: pair.Delete(AnyName()); break;
            case < 30: pair.Rename(AnyName(), AnyName(), AnyTargetCondition()); break;
            case < 32: Copy(pair); break;
            case < 36: pair.ExpireAt(AnyName(), AnyTime(), AnyExpireCondition()); break;
            case 36: pair.Persist(AnyName()); break;
            case 37: pair.ExpiresAt(AnyName()); break;
            case 38: pair.List(random.Next(1, 8)); break;
            default: Flush(pair); break;
        }
    }

    private void OneOfStrings(PairedKeyspace pair)
    {
        switch (random.Next(AreSwapping ? 16 : 12))
        {
            case < 2: pair.Write(AnyName(), null, AnyBytes()); break;
            case < 5: pair.Write(AnyName(), (int)(AnyOffset() / 8), AnyBytes()); break;
            case < 7: pair.AddInField(AnyName(), (int)AnyOffset(), random.Next(1, 63), random.Next(-99, 1000)); break;
            case 7: pair.Increment(AnyName(), random.Next(-5, 100)); break;
            case 8: pair.GetAndDelete(AnyName()); break;
            case 9: pair.GetAndExpire(AnyName(), random.Next(3) == 0 ? StringVerbs.NoExpiry : AnyTime()); break;
            case 10: pair.SetMany(AnyTargetCondition(), (AnyName(), AnyBytes()), (AnyName(), [(byte)'7'])); break;
            case 13: pair.Restore(AnyName(), AnyBytes(), random.Next(2) == 0 ? 0 : AnyTime()); break;
            case 11: Move(pair); break;
            case 12: pair.Swap(random.Next(databases), random.Next(databases)); break;
            default: Move(pair); break;
        }
    }

    private void Move(PairedKeyspace pair)
    {
        int toDatabase = random.Next(databases);
        if (toDatabase != pair.Session.Database) pair.Move(AnyName(), toDatabase); // else refused before
    }

    private byte[] AnyBytes()
    {
        byte[] bytes = new byte[random.Next(5) == 0 ? random.Next(20_000) : random.Next(12)];
        if (random.Next(3) != 0) random.NextBytes(bytes);
        return bytes;
    }

    private void BitOp(PairedKeyspace pair)
    {
        BitopKind operation = s_operations[random.Next(s_operations.Length)];
        int least = operation is BitopKind.Diff or BitopKind.Diff1 or BitopKind.AndOr ? 2 : 1;
        int count = operation == BitopKind.Not ? 1 : random.Next(least, least + 3);
        pair.BitOp(operation, AnyName(), [.. Enumerable.Range(0, count).Select(_ => AnyName())]);
    }

    private void Set(PairedKeyspace pair)
    {
        byte[] bytes = AnyBytes();
        long expiry = random.Next(3) switch
        {
            0 => StringVerbs.NoExpiry,
            1 => StringVerbs.KeepExpiry,
            _ => Now + random.Next(1, 200),
        };
        pair.Set(AnyName(), bytes, (SetCondition)random.Next(3), expiry);
    }

    private void Copy(PairedKeyspace pair)
    {
        string from = AnyName(), to = AnyName();
        int toDatabase = random.Next(databases);
        if (from == to && toDatabase == pair.Session.Database) return; // refused by the command before it comes here
        pair.Copy(from, toDatabase, to, AnyTargetCondition());
    }

    private void Flush(PairedKeyspace pair)
    {
        int choice = random.Next(30);
        if (choice == 0) pair.FlushAll();
        else if (choice < 4) pair.Flush(random.Next(databases));
    }

    private string AnyName() => _names[random.Next(_names.Length)];

    private uint AnyOffset() => (uint)(random.Next(10) switch
    {
        < 6 => random.Next(64),
        < 8 => random.Next(65_520, 65_552), // either side of a chunk's border
        8 => random.Next(4096),
        _ => random.Next(200_000),
    });

    private SetCondition AnyTargetCondition() => random.Next(3) == 0 ? SetCondition.IfMissing : SetCondition.Always;

    private long AnyTime() => Now + random.Next(-20, 200);

    private ExpireCondition AnyExpireCondition() => random.Next(6) switch
    {
        0 => ExpireCondition.IfNone,
        1 => ExpireCondition.IfAny,
        2 => ExpireCondition.IfLater,
        3 => ExpireCondition.IfEarlier,
        4 => ExpireCondition.IfAny | ExpireCondition.IfLater,
        _ => ExpireCondition.None,
    };
}
