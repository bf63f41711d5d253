using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>What reading on in an append-only file found.</summary>
internal enum AofOutcome
{
    /// <summary>A whole command.</summary>
    Command,

    /// <summary>The end of the file.</summary>
    End,

    /// <summary>The file ends inside a command: a write that a crash interrupted.</summary>
    CutShort,
}

/// <summary>
/// Reads the commands of an append-only file one after another: each an array of bulk strings as clients send them
/// (<c>*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n</c>), between them perhaps annotations, lines that begin with <c>#</c>. Only
/// where arguments lie is remembered, so a command of any length costs 16 bytes an argument. One thread.
/// </summary>
internal sealed class AofReader(SourceInput input)
{
    private const byte Annotation = (byte)'#';
    private const int DigitsMax = 18;
    private readonly AofCommand _ahead = new(input);

    /// <summary>The command that was read last; reused by the next.</summary>
    public AofCommand Command { get; } = new(input);

    /// <summary>Whether a file that begins so is an append-only one.</summary>
    public static bool IsBegunBy(ReadOnlySpan<byte> start) =>
        start.StartsWith("#TS:"u8) || (start.Length >= 2 && start[0] == '*' && char.IsAsciiDigit((char)start[1]));

    /// <summary>Reads the next command.</summary>
    /// <exception cref="Storage.Files.CorruptFileException">Something else is there.</exception>
    public AofOutcome Read() => Read(Command);

    /// <summary>
    /// Whether the EXEC of the MULTI that was just read is in the file; reads on behind the MULTI in any case.
    /// </summary>
    public bool IsTransactionWhole()
    {
        long behind = input.Position;
        while (Read(_ahead) == AofOutcome.Command)
        {
            if (_ahead.Name == "MULTI") throw _ahead.Refuse("is within a transaction");
            if (_ahead.Name != "EXEC") continue;
            input.Seek(behind);
            return true;
        }

        input.Seek(behind);
        return false;
    }

    private AofOutcome Read(AofCommand command)
    {
        SkipAnnotations();
        if (input.IsAtEnd) return AofOutcome.End;
        long start = input.Position;
        if (!TryReadNumber((byte)'*', out long count)) return AofOutcome.CutShort;
        if (count is < 1 or > MigrationLimits.AofArguments)
            throw input.CorruptAt(start, $"a command of {count} arguments, not of 1 … {MigrationLimits.AofArguments}");
        command.Begin(start);
        for (; count > 0; count--)
        {
            if (!TryReadNumber((byte)'$', out long bytes)) return AofOutcome.CutShort;
            if (bytes > input.End - input.Position) return AofOutcome.CutShort;
            command.Add(input.Position, bytes);
            input.Seek(input.Position + bytes);
            if (!TryReadLineEnd()) return AofOutcome.CutShort;
        }

        command.Complete(input.Position);
        return AofOutcome.Command;
    }

    private void SkipAnnotations()
    {
        while (!input.IsAtEnd)
        {
            if (input.ReadByte() != Annotation)
            {
                input.Seek(input.Position - 1);
                return;
            }

            while (!input.IsAtEnd && input.ReadByte() != '\n') { }
        }
    }

    /// <summary>Reads a kind and a number; false where the file ends before the line does.</summary>
    private bool TryReadNumber(byte kind, out long number)
    {
        number = 0;
        if (input.IsAtEnd) return false;
        byte found = input.ReadByte();
        if (found != kind) throw Unexpected(found, $"'{(char)kind}'");
        for (int digits = 0; ; digits++)
        {
            if (input.IsAtEnd) return false;
            byte next = input.ReadByte();
            if (next == '\r' && digits > 0) break;
            if (next is < (byte)'0' or > (byte)'9' || digits == DigitsMax) throw Unexpected(next, "a number");
            number = (number * 10) + (next - '0');
        }

        if (input.IsAtEnd) return false;
        byte end = input.ReadByte();
        if (end != '\n') throw Unexpected(end, "a line's end");
        return true;
    }

    private bool TryReadLineEnd()
    {
        foreach (byte expected in "\r\n"u8)
        {
            if (input.IsAtEnd) return false;
            byte found = input.ReadByte();
            if (found != expected) throw Unexpected(found, "an argument's end");
        }

        return true;
    }

    private Storage.Files.CorruptFileException Unexpected(byte found, string expected) => input.CorruptAt(
        input.Position - 1,
        $"byte {found:x2} instead of {expected}: redis-check-aof --fix on a copy cuts a damaged end off");
}
