using System.Buffers.Binary;
using System.Globalization;
using Bitmapist.Engine.Effects;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Repair;

/// <summary>
/// Writes what a segment of the log holds, for people who debug: each record with its place, and its effects as the
/// commands that would have them. Changes nothing, and takes no lock: of a running server's newest segment it shows
/// what is written so far. One thread.
/// </summary>
public static class LogDump
{
    /// <summary>Writes one line a record, and one, indented, for each of its effects.</summary>
    /// <param name="files">Where the segment is.</param>
    /// <param name="path">The segment.</param>
    /// <param name="output">Receives the lines.</param>
    /// <returns>False when it is damaged: whole records follow what does not match its checksum, or a record is not a
    /// list of effects.</returns>
    /// <exception cref="CorruptFileException">It is foreign, of a newer version, or its header is damaged.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static bool Write(IFileSystem files, string path, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(output);
        using IFile file = files.Open(path, FileOpen.ReadExisting);
        if (LogReader.Open(file) is not { } reader)
        {
            Line(output, $"{path}: no whole header, so a segment just begun");
            return true;
        }

        Line(output, $"{path}: segment {reader.Sequence} of database {reader.DatabaseId}");
        Line(output, $"the segment before it had {reader.PreviousBytes} bytes");
        bool isWhole = true;
        while (true)
        {
            LogOutcome outcome = reader.Read();
            if (outcome == LogOutcome.Record)
            {
                isWhole &= WriteRecord(output, reader);
                continue;
            }

            WriteEnd(output, outcome, reader.Offset, file.Length - reader.Offset);
            return isWhole && outcome != LogOutcome.Corrupt;
        }
    }

    private static bool WriteRecord(TextWriter output, LogReader reader)
    {
        string place = string.Create(CultureInfo.InvariantCulture,
            $"at {reader.RecordOffset}, {reader.Offset - reader.RecordOffset} bytes, checksum matches");
        if (reader.Kind == RecordKind.Durable)
        {
            long durable = BinaryPrimitives.ReadInt64LittleEndian(reader.Payload);
            Line(output, $"{place}: segments up to {durable} are durable");
            return true;
        }

        try
        {
            List<Effect> effects = EffectReader.ReadAll(reader.Payload.ToArray());
            Line(output, $"{place}: {effects.Count} effects");
            foreach (Effect effect in effects) Line(output, $"  db{effect.Database} {CommandOf(effect)}");
            return true;
        }
        catch (InvalidDataException malformed)
        {
            Line(output, $"{place}: DAMAGED, {malformed.Message}");
            return false;
        }
    }

    private static void WriteEnd(TextWriter output, LogOutcome outcome, long offset, long bytes)
    {
        string end = outcome switch
        {
            LogOutcome.EndOfLog => "end of the segment",
            LogOutcome.TornTail => "checksum mismatch, and no whole record behind it: a write that was interrupted",
            _ => "DAMAGED, checksum mismatch, and whole records behind it",
        };
        Line(output, $"at {offset}, {bytes} bytes: {end}");
    }

    private static string CommandOf(in Effect effect)
    {
        string name = KeyText.Quoted(effect.Name.Span);
        return effect.Kind switch
        {
            EffectKind.SetBit => Text($"SETBIT {name} {effect.Offset} 1"),
            EffectKind.ClearBit => Text($"SETBIT {name} {effect.Offset} 0"),
            EffectKind.Set => SetOf(name, effect),
            EffectKind.Delete => $"DEL {name}",
            EffectKind.Expire when effect.ExpiresAtUnixMs == 0 => $"PERSIST {name}",
            EffectKind.Expire => Text($"PEXPIREAT {name} {effect.ExpiresAtUnixMs}"),
            EffectKind.Rename => $"RENAME {name} {KeyText.Quoted(effect.Target.Span)}",
            EffectKind.Copy =>
                Text($"COPY {name} {KeyText.Quoted(effect.Target.Span)} DB {effect.TargetDatabase} REPLACE"),
            EffectKind.BitOp => $"BITOP {effect.Operation.ToString().ToUpperInvariant()} {name} "
                + string.Join(' ', effect.Sources!.Select(source => KeyText.Quoted(source.Span))),
            EffectKind.SwapDatabases => Text($"SWAPDB {effect.Database} {effect.TargetDatabase}"),
            EffectKind.WriteBits => WriteBitsOf(name, effect),
            _ => "FLUSHDB",
        };
    }

    /// <summary>A string may be of half a gigabyte: its length and its bits are told instead of its bytes.</summary>
    private static string SetOf(string name, in Effect effect)
    {
        string expiry = effect.ExpiresAtUnixMs == 0 ? "" : Text($" PXAT {effect.ExpiresAtUnixMs}");
        return Text($"SET {name} <{effect.Value.LengthBytes} bytes, {effect.Value.Bits.Cardinality} bits>{expiry}");
    }

    /// <summary>Whole bytes were written by SETRANGE or APPEND, else BITFIELD did.</summary>
    private static string WriteBitsOf(string name, in Effect effect)
    {
        if (effect.Offset % 8 == 0 && effect.BitCount % 8 == 0)
            return Text($"SETRANGE {name} {effect.Offset / 8} <{effect.BitCount / 8} bytes>");
        string bits = Convert.ToHexString(effect.Bits.Span);
        return Text($"BITFIELD {name} SET u{effect.BitCount} {effect.Offset} <{bits}>");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(TextWriter output, FormattableString text) => output.WriteLine(Text(text));
}
