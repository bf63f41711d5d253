using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Rdb;

/// <summary>Values that are no strings: what they are called, and how to pass over them (Redis, rdb.c).</summary>
internal static class RdbOtherValues
{
    private const int StreamIdBytes = 16;
    private const int TimeBytes = 8;
    private const int DoubleBytes = 8;

    /// <summary>Whether <see cref="Skip"/> knows where a value of a type ends.</summary>
    public static bool IsKnown(byte type, bool isValkey) => isValkey
        ? type is >= 1 and <= 22 and not (6 or 8) // above 21 Valkey counts by itself
        : type is >= 1 and <= 25 and not (6 or 8); // 6: a module of 4.0's release candidates, without an end; 8: unused

    /// <summary>Passes over a value.</summary>
    /// <param name="input">Positioned behind the key.</param>
    /// <param name="type">The value's type, as stored; one that is known.</param>
    /// <param name="isValkey">The file's magic is Valkey's.</param>
    /// <returns>What TYPE calls it.</returns>
    /// <exception cref="Storage.Files.CorruptFileException">It is malformed.</exception>
    public static string Skip(SourceInput input, byte type, bool isValkey)
    {
        switch (type)
        {
            case 1 or 14: // elements; ziplists
                return Strings(input, "list", perItem: 1);
            case 18: // nodes, each with its kind before it
                return Items(input, "list", static input => _ = RdbLength.ReadPlain(input), strings: 1);
            case 2:
                return Strings(input, "set", perItem: 1);
            case 3: // a score is text behind one byte of length
                return Items(input, "zset", static _ => { }, strings: 1, SkipTextDouble);
            case 5:
                return Items(input, "zset", static _ => { }, strings: 1, static input => input.Skip(DoubleBytes));
            case 4:
                return Strings(input, "hash", perItem: 2);
            case 10: // a ziplist
                return Whole(input, "list");
            case 11 or 20: // an intset; a listpack
                return Whole(input, "set");
            case 12 or 17: // a ziplist; a listpack
                return Whole(input, "zset");
            case 9 or 13 or 16 or 23: // a zipmap; a ziplist; a listpack; one with expiries of fields (7.4 RC)
                return Whole(input, "hash");
            case 25: // the same with the earliest expiry before it (7.4)
                input.Skip(TimeBytes);
                return Whole(input, "hash");
            case 22 when isValkey: // field, value, expiry
                return Items(input, "hash", static _ => { }, strings: 2, static input => input.Skip(TimeBytes));
            case 22: // expiry, field and value (7.4 RC)
                return Items(input, "hash", static input => _ = RdbLength.ReadPlain(input), strings: 2);
            case 24: // the same with the earliest expiry before it (7.4)
                input.Skip(TimeBytes);
                return Items(input, "hash", static input => _ = RdbLength.ReadPlain(input), strings: 2);
            case 15 or 19 or 21:
                SkipStream(input, version: type switch { 15 => 1, 19 => 2, _ => 3 });
                return "stream";
            case 7:
                return SkipModule(input);
            default:
                throw new System.Diagnostics.UnreachableException($"type {type}");
        }
    }

    /// <summary>Passes over a module's value or what it keeps beside the keys; returns its name.</summary>
    public static string SkipModule(SourceInput input)
    {
        string name = "module " + ModuleName((ulong)RdbLength.ReadPlain(input));
        while (true)
        {
            long kind = RdbLength.ReadPlain(input);
            switch (kind)
            {
                case 0:
                    return name;
                case 1 or 2: // a number, signed or not
                    _ = RdbLength.ReadPlain(input);
                    break;
                case 3:
                    input.Skip(sizeof(float));
                    break;
                case 4:
                    input.Skip(DoubleBytes);
                    break;
                case 5:
                    RdbString.Skip(input);
                    break;
                default:
                    throw input.Corrupt($"{name} has a part of the unknown kind {kind}");
            }
        }
    }

    private static string Whole(SourceInput input, string name)
    {
        RdbString.Skip(input);
        return name;
    }

    private static string Strings(SourceInput input, string name, int perItem) =>
        Items(input, name, static _ => { }, perItem);

    private static string Items(
        SourceInput input, string name, Action<SourceInput> before, int strings, Action<SourceInput>? after = null)
    {
        // An item takes a byte at least, so the file's end bounds even a count that damage made.
        for (ulong left = (ulong)RdbLength.ReadPlain(input); left > 0; left--)
        {
            before(input);
            for (int i = 0; i < strings; i++) RdbString.Skip(input);
            after?.Invoke(input);
        }

        return name;
    }

    private static void SkipTextDouble(SourceInput input)
    {
        const byte NotANumber = 253; // and above it the infinities: nothing follows
        byte length = input.ReadByte();
        if (length < NotANumber) input.Skip(length);
    }

    /// <summary>
    /// Nodes (id, listpack), then numbers; consumer groups with pending entries, and consumers with theirs.
    /// </summary>
    private static void SkipStream(SourceInput input, int version)
    {
        Strings(input, "", perItem: 2);
        Numbers(input, 3); // length, last id
        if (version >= 2) Numbers(input, 5); // first id, greatest deleted id, entries ever added
        for (ulong groups = (ulong)RdbLength.ReadPlain(input); groups > 0; groups--)
        {
            RdbString.Skip(input);
            Numbers(input, version >= 2 ? 3 : 2); // last id, entries read
            for (ulong pending = (ulong)RdbLength.ReadPlain(input); pending > 0; pending--)
            {
                input.Skip(StreamIdBytes + TimeBytes);
                Numbers(input, 1); // deliveries
            }

            for (ulong consumers = (ulong)RdbLength.ReadPlain(input); consumers > 0; consumers--)
            {
                RdbString.Skip(input);
                input.Skip(version >= 3 ? 2 * TimeBytes : TimeBytes); // seen, active
                for (ulong ids = (ulong)RdbLength.ReadPlain(input); ids > 0; ids--) input.Skip(StreamIdBytes);
            }
        }
    }

    private static void Numbers(SourceInput input, int count)
    {
        for (int i = 0; i < count; i++) _ = RdbLength.ReadPlain(input);
    }

    /// <summary>Nine characters of six bits each above the ten bits of a version.</summary>
    private static string ModuleName(ulong id)
    {
        const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return string.Create(9, id >> 10, static (name, rest) =>
        {
            for (int i = name.Length - 1; i >= 0; i--, rest >>= 6) name[i] = Characters[(int)(rest & 63)];
        });
    }
}
