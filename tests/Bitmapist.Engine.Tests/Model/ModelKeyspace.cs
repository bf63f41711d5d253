using System.Globalization;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Model;

/// <summary>
/// What the keyspace must do, written as plainly as possible: a dictionary of byte arrays, each change a copy. Names
/// are Latin-1 text. Shares no code with the engine.
/// </summary>
internal sealed class ModelKeyspace(Func<long> now)
{
    private Dictionary<(int Database, string Name), ModelKey> _keys = [];

    /// <summary>The keys that exist now.</summary>
    public IReadOnlyDictionary<(int Database, string Name), ModelKey> Keys
    {
        get
        {
            long time = now();
            foreach (((int, string) key, ModelKey value) in _keys.ToList())
                if (value.ExpiresAt != 0 && value.ExpiresAt <= time) _keys.Remove(key);
            return _keys;
        }
    }

    public ModelKeyspace Clone() => new(now) { _keys = new(_keys) };

    public ModelKey? Find(int database, string name) => Keys.GetValueOrDefault((database, name));

    public bool SetBit(int database, string name, uint offset, bool bit)
    {
        ModelKey? key = Find(database, name);
        byte[] bytes = new byte[Math.Max(key?.Bytes.Length ?? 0, (offset / 8) + 1)];
        key?.Bytes.CopyTo(bytes, 0);
        int mask = 0x80 >> (int)(offset % 8);
        bool old = (bytes[offset / 8] & mask) != 0;
        bytes[offset / 8] = (byte)(bit ? bytes[offset / 8] | mask : bytes[offset / 8] & ~mask);
        _keys[(database, name)] = new ModelKey(bytes, key?.ExpiresAt ?? 0);
        return old;
    }

    public bool GetBit(int database, string name, uint offset) =>
        Find(database, name) is { } key && offset / 8 < key.Bytes.Length
        && (key.Bytes[offset / 8] & (0x80 >> (int)(offset % 8))) != 0;

    public long CountBits(int database, string name) =>
        Find(database, name)?.Bytes.Sum(value => (long)byte.PopCount(value)) ?? 0;

    public void BitOp(BitopKind operation, int database, string destination, string[] sources)
    {
        byte[][] operands = [.. sources.Select(source => Find(database, source)?.Bytes ?? [])];
        byte[] result = new byte[operands.Max(operand => operand.Length)];
        for (int i = 0; i < result.Length; i++)
        {
            byte[] column = [.. operands.Select(operand => i < operand.Length ? operand[i] : (byte)0)];
            result[i] = (byte)Combine(operation, column);
        }

        if (result.Length == 0) _keys.Remove((database, destination));
        else _keys[(database, destination)] = new ModelKey(result, 0);
    }

    public bool Set(int database, string name, byte[] bytes, SetCondition condition, long expiry)
    {
        ModelKey? key = Find(database, name);
        if (condition == SetCondition.IfMissing && key is not null) return false;
        if (condition == SetCondition.IfExists && key is null) return false;
        _keys[(database, name)] = new ModelKey(bytes, expiry == StringVerbs.KeepExpiry ? key?.ExpiresAt ?? 0 : expiry);
        return true;
    }

    /// <summary>Bytes from an offset on; the length.</summary>
    public int Write(int database, string name, int? offset, byte[] bytes)
    {
        ModelKey? key = Find(database, name);
        if (bytes.Length == 0 && (offset is not null || key is not null)) return key?.Bytes.Length ?? 0;
        int start = offset ?? key?.Bytes.Length ?? 0;
        byte[] written = new byte[Math.Max(key?.Bytes.Length ?? 0, start + bytes.Length)];
        key?.Bytes.CopyTo(written, 0);
        bytes.CopyTo(written, start);
        _keys[(database, name)] = new ModelKey(written, key?.ExpiresAt ?? 0);
        return written.Length;
    }

    /// <summary>Adds to a number of unsigned bits, most significant first, modulo its range; the sum.</summary>
    public long AddInField(int database, string name, int offset, int bits, long increment)
    {
        long sum = increment;
        for (int i = 0; i < bits; i++)
            if (GetBit(database, name, (uint)(offset + i))) sum += 1L << (bits - 1 - i);
        sum &= (1L << bits) - 1;
        for (int i = 0; i < bits; i++)
            SetBit(database, name, (uint)(offset + i), (sum >> (bits - 1 - i) & 1) != 0);
        return sum;
    }

    /// <summary>Adds to the integer that a string prints; null: it prints none.</summary>
    public long? Increment(int database, string name, int increment)
    {
        ModelKey? key = Find(database, name);
        string text = key is null ? "0" : string.Concat(key.Bytes.Select(part => (char)part));
        if (!int.TryParse(text, CultureInfo.InvariantCulture, out int number)
            || number.ToString(CultureInfo.InvariantCulture) != text)
        {
            return null;
        }

        long sum = (long)number + increment;
        byte[] printed = [.. sum.ToString(CultureInfo.InvariantCulture).Select(digit => (byte)digit)];
        _keys[(database, name)] = new ModelKey(printed, key?.ExpiresAt ?? 0);
        return sum;
    }

    public bool SetMany(int database, (string Name, byte[] Bytes)[] pairs, SetCondition condition)
    {
        bool isAnyThere = pairs.Any(pair => Find(database, pair.Name) is not null);
        if (condition == SetCondition.IfMissing && isAnyThere) return false;
        foreach ((string name, byte[] bytes) in pairs) _keys[(database, name)] = new ModelKey(bytes, 0);
        return true;
    }

    public bool Move(int database, string name, int toDatabase)
    {
        if (Find(database, name) is not { } key || Find(toDatabase, name) is not null) return false;
        _keys.Remove((database, name));
        _keys[(toDatabase, name)] = key;
        return true;
    }

    public void Restore(int database, string name, byte[] bytes, long expiresAt)
    {
        if (expiresAt != 0 && expiresAt <= now()) _keys.Remove((database, name));
        else _keys[(database, name)] = new ModelKey(bytes, expiresAt);
    }

    public int Delete(int database, string[] names) =>
        names.Count(name => Find(database, name) is not null && _keys.Remove((database, name)));

    public RenameResult Rename(int database, string from, string to, SetCondition condition)
    {
        if (Find(database, from) is not { } key) return RenameResult.NoSuchKey;
        if (condition == SetCondition.IfMissing && Find(database, to) is not null) return RenameResult.TargetExists;
        _keys.Remove((database, from));
        _keys[(database, to)] = key;
        return RenameResult.Renamed;
    }

    public bool Copy(int database, string from, int toDatabase, string to, SetCondition condition)
    {
        if (Find(database, from) is not { } key) return false;
        if (condition == SetCondition.IfMissing && Find(toDatabase, to) is not null) return false;
        _keys[(toDatabase, to)] = key;
        return true;
    }

    public bool ExpireAt(int database, string name, long expiresAt, ExpireCondition condition)
    {
        if (Find(database, name) is not { } key) return false;
        bool has = key.ExpiresAt != 0;
        if (condition.HasFlag(ExpireCondition.IfNone) && has) return false;
        if (condition.HasFlag(ExpireCondition.IfAny) && !has) return false;
        if (condition.HasFlag(ExpireCondition.IfLater) && (!has || expiresAt <= key.ExpiresAt)) return false;
        if (condition.HasFlag(ExpireCondition.IfEarlier) && has && expiresAt >= key.ExpiresAt) return false;
        if (expiresAt <= now()) _keys.Remove((database, name));
        else _keys[(database, name)] = key with { ExpiresAt = expiresAt };
        return true;
    }

    public bool Persist(int database, string name)
    {
        if (Find(database, name) is not { ExpiresAt: not 0 } key) return false;
        _keys[(database, name)] = key with { ExpiresAt = 0 };
        return true;
    }

    public void Swap(int one, int other)
    {
        Dictionary<(int Database, string Name), ModelKey> swapped = [];
        foreach (((int database, string name), ModelKey key) in _keys)
            swapped[(database == one ? other : database == other ? one : database, name)] = key;
        _keys = swapped;
    }

    public void Flush(int database)
    {
        foreach ((int Database, string Name) key in _keys.Keys.ToList())
            if (key.Database == database) _keys.Remove(key);
    }

    private static int Combine(BitopKind operation, byte[] column)
    {
        int others = column[1..].Aggregate(0, (sum, value) => sum | value);
        return operation switch
        {
            BitopKind.And => column.Aggregate(0xFF, (all, value) => all & value),
            BitopKind.Or => column[0] | others,
            BitopKind.Xor => column.Aggregate(0, (parity, value) => parity ^ value),
            BitopKind.Not => ~column[0],
            BitopKind.Diff => column[0] & ~others,
            BitopKind.Diff1 => others & ~column[0],
            BitopKind.AndOr => column[0] & others,
            BitopKind.One => Enumerable.Range(0, 8)
                .Where(bit => column.Count(value => (value >> bit & 1) == 1) == 1).Sum(bit => 1 << bit),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }
}
