using System.Buffers.Binary;
using System.Globalization;
using Bitmapist.Engine.Bits;
using EngineLimits = Bitmapist.Engine.Limits;

namespace Bitmapist.Migration.Rdb;

/// <summary>
/// The keys of an RDB file, Redis 2.4 to 8.0 (format versions 1 to 12): <c>REDIS</c> and four digits, then opcodes with
/// what belongs to them, and for each key the type of its value, the key, and the value. Later versions are read as far
/// as they use nothing new.
/// </summary>
internal sealed class RdbSource(RdbInput input) : IKeySource
{
    private const int ChecksumVersion = 5; // the first that ends with one
    private readonly ByteList _name = new(EngineLimits.KeyBytes);
    private readonly BitsSink _bits = new();
    private readonly LzfExpander _expander = new();
    private int _database;
    private long? _expiresAtUnixMs;

    public void ReadInto(KeySink sink)
    {
        int version = ReadVersion();
        while (true)
        {
            byte code = input.ReadByte();
            switch ((RdbOpcode)code)
            {
                case RdbOpcode.End:
                    ReadEnd(version);
                    return;
                case RdbOpcode.SelectDatabase:
                    long number = RdbLength.ReadPlain(input);
                    if (number is < 0 or >= EngineLimits.DatabasesMax)
                        throw input.Corrupt($"database {(ulong)number} is beyond {EngineLimits.DatabasesMax - 1}");
                    _database = (int)number;
                    break;
                case RdbOpcode.ExpireTimeMs:
                    _expiresAtUnixMs = input.ReadInt64();
                    break;
                case RdbOpcode.ExpireTimeSeconds:
                    _expiresAtUnixMs = input.ReadInt32() * 1000L;
                    break;
                default:
                    if (SkipOpcode((RdbOpcode)code)) break;
                    ReadKey(code, sink);
                    _expiresAtUnixMs = null;
                    sink.Advance(input.Position, input.Length);
                    break;
            }
        }
    }

    private int ReadVersion()
    {
        Span<byte> magic = stackalloc byte["REDIS0000".Length];
        input.Read(magic);
        return int.Parse(magic["REDIS".Length..], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Passes over an opcode that says nothing about keys; false where it is none of these.</summary>
    private bool SkipOpcode(RdbOpcode code)
    {
        switch (code)
        {
            case RdbOpcode.Aux:
                RdbString.Skip(input);
                RdbString.Skip(input);
                return true;
            case RdbOpcode.ResizeDatabase:
                _ = RdbLength.ReadPlain(input);
                _ = RdbLength.ReadPlain(input);
                return true;
            case RdbOpcode.SlotInfo:
                for (int i = 0; i < 3; i++) _ = RdbLength.ReadPlain(input);
                return true;
            case RdbOpcode.Idle:
                _ = RdbLength.ReadPlain(input);
                return true;
            case RdbOpcode.Frequency:
                _ = input.ReadByte();
                return true;
            case RdbOpcode.Function:
                RdbString.Skip(input);
                return true;
            case RdbOpcode.ModuleAux:
                _ = RdbOtherValues.SkipModule(input); // when to load it is told as parts of it
                return true;
            default:
                return false;
        }
    }

    private void ReadKey(byte type, KeySink sink)
    {
        const byte String = 0;
        bool isNameTooLong = !TryReadName();
        bool isExpired = _expiresAtUnixMs <= sink.NowUnixMs;
        if (type != String)
        {
            string name = RdbOtherValues.Skip(input, type);
            sink.Skip(isExpired ? "expired" : $"type {name}");
            return;
        }

        RdbString head = RdbString.ReadHead(input);
        if (isExpired || isNameTooLong || (ulong)head.LengthBytes > EngineLimits.StringBytes)
        {
            input.Skip(head.StoredBytes);
            sink.Skip(isExpired ? "expired" : isNameTooLong ? "name too long" : "longer than 512 MB");
            return;
        }

        Expand(head, _bits);
        sink.Put(_database, _name.Span, _bits.ToValue(), _expiresAtUnixMs ?? 0);
    }

    private bool TryReadName()
    {
        _name.Clear();
        RdbString head = RdbString.ReadHead(input);
        if ((ulong)head.LengthBytes > EngineLimits.KeyBytes)
        {
            input.Skip(head.StoredBytes);
            return false;
        }

        Expand(head, _name);
        return true;
    }

    private void Expand(in RdbString head, IByteSink sink)
    {
        if (head.Number is not null) sink.Append(head.Digits);
        else if (!head.IsPacked) input.CopyTo(sink, head.StoredBytes);
        else
        {
            input.RequireRemaining(head.StoredBytes);
            _expander.Expand(input, head.StoredBytes, head.LengthBytes, sink);
        }
    }

    private void ReadEnd(int version)
    {
        if (version >= ChecksumVersion)
        {
            ulong actual = input.Checksum;
            Span<byte> stored = stackalloc byte[sizeof(ulong)];
            input.Read(stored);
            ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(stored);
            if (expected != 0 && expected != actual) // 0: written with rdbchecksum no
                throw input.Corrupt($"the file's checksum is {expected:x16}, that of its bytes {actual:x16}");
        }

        if (input.Position < input.Length)
        {
            throw input.Corrupt(
                $"{input.Length - input.Position} bytes follow the end: is this an append-only file? Save an RDB file");
        }
    }
}
