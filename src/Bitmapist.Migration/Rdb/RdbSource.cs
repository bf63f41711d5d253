using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Engine.Rdb;
using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Rdb;

/// <summary>What may follow the end of an RDB file's keys.</summary>
internal enum RdbEnding
{
    /// <summary>
    /// Nothing, or the mark of a transfer whose length was not known beforehand: a diskless sync ends with 40 random
    /// hexadecimal digits (Redis, replication.c), which <c>redis-cli --rdb -</c> cannot cut off a pipe.
    /// </summary>
    Dump,

    /// <summary>The commands of an append-only file; they are left unread.</summary>
    AppendOnlyFile,
}

/// <summary>
/// The keys of an RDB file, Redis 2.4 to 8.0 (format versions 1 to 12) and Valkey 9 (80): a magic and its version, then
/// opcodes with what belongs to them, and for each key the type of its value, the key, and the value. Later versions
/// are read as far as they use nothing new.
/// </summary>
internal sealed class RdbSource(SourceInput input, RdbEnding ending) : IMigrationSource
{
    private const int ChecksumVersion = 5; // the first that ends with one
    private const int EndMarkBytes = 40;
    private static readonly SearchValues<byte> s_markDigits = SearchValues.Create("0123456789abcdef"u8);
    private readonly ByteList _name = new(EngineLimits.KeyBytes);
    private readonly BitsSink _bits = new();
    private readonly RdbStringReader _strings = new(input);
    private RdbHeader _header;
    private int _database;
    private long? _expiresAtUnixMs;

    public void ReadInto(KeySink sink)
    {
        ReadHeader();
        while (true)
        {
            byte code = input.ReadByte();
            switch ((RdbOpcode)code)
            {
                case RdbOpcode.End:
                    ReadEnd();
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
                    sink.Advance(input.Position, input.End);
                    break;
            }
        }
    }

    private void ReadHeader()
    {
        Span<byte> magic = stackalloc byte[RdbHeader.Bytes];
        input.Read(magic);
        if (!RdbHeader.TryRead(magic, out _header)) throw input.CorruptAt(0, "this begins no RDB file");
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
                SkipLengths(2);
                return true;
            case RdbOpcode.SlotInfo:
                SkipLengths(3);
                return true;
            case RdbOpcode.SlotImport when _header.IsValkey:
                RdbString.Skip(input); // the import's name, then first and last slot of each range
                for (ulong ranges = (ulong)RdbLength.ReadPlain(input); ranges > 0; ranges--) SkipLengths(2);
                return true;
            case RdbOpcode.Idle or RdbOpcode.EnterpriseIdle:
                SkipLengths(1);
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

    private void SkipLengths(int count)
    {
        for (int i = 0; i < count; i++) _ = RdbLength.ReadPlain(input);
    }

    private void ReadKey(byte type, KeySink sink)
    {
        const byte String = 0;
        if (type != String && !RdbOtherValues.IsKnown(type, _header.IsValkey))
        {
            throw input.CorruptAt(input.Position - 1,
                $"byte {type} is neither an opcode nor a type of value that this program knows; "
                + $"the file is of format {_header}");
        }

        bool isNameTooLong = !TryReadName();
        bool isExpired = _expiresAtUnixMs <= sink.NowUnixMs;
        if (type != String)
        {
            string name = RdbOtherValues.Skip(input, type, _header.IsValkey);
            sink.Skip(isExpired ? "expired" : $"type {name}");
            return;
        }

        RdbString head = RdbString.ReadHead(input);
        if (isExpired || isNameTooLong || (ulong)head.LengthBytes > EngineLimits.StringBytes)
        {
            input.Skip(head.StoredBytes);
            sink.Skip(isExpired ? "expired" : isNameTooLong ? KeySink.NameTooLong : KeySink.StringTooLong);
            return;
        }

        _strings.Read(head, _bits);
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

        _strings.Read(head, _name);
        return true;
    }

    private void ReadEnd()
    {
        if (_header.Version >= ChecksumVersion)
        {
            ulong actual = input.Checksum;
            Span<byte> stored = stackalloc byte[sizeof(ulong)];
            input.Read(stored);
            ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(stored);
            if (expected != 0 && expected != actual) // 0: written with rdbchecksum no
                throw input.Corrupt($"the file's checksum is {expected:x16}, that of its bytes {actual:x16}");
        }

        if (ending == RdbEnding.AppendOnlyFile || input.IsAtEnd) return;
        long end = input.Position;
        if (IsEndMark()) return;
        throw input.CorruptAt(end,
            $"{input.End - end} bytes follow the end: is this an append-only file? Save an RDB file");
    }

    private bool IsEndMark()
    {
        if (input.End - input.Position != EndMarkBytes) return false;
        Span<byte> mark = stackalloc byte[EndMarkBytes];
        input.Read(mark);
        return !mark.ContainsAnyExcept(s_markDigits);
    }
}
