using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp;
using Bitmapist.Resp.Requests;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands;

/// <summary>A call's arguments, the command's name first: those of the request just read, or queued by MULTI.</summary>
internal readonly struct ArgumentList
{
    private readonly Request? _request;
    private readonly ArgumentStore? _stored;
    private readonly int _first;
    private readonly int _count;

    public ArgumentList(Request request) => _request = request;

    /// <summary>Arguments that were copied.</summary>
    public ArgumentList(ArgumentStore stored, int first, int count)
    {
        _stored = stored;
        _first = first;
        _count = count;
    }

    /// <summary>Bytes on the wire, or an estimate from below of them: all arguments together.</summary>
    public long TotalBytes
    {
        get
        {
            if (_request is not null) return _request.TotalBytes;
            long bytes = 0;
            for (int i = 0; i < _count; i++) bytes += this[i].Length;
            return bytes;
        }
    }

    /// <summary>Bytes of all arguments together. O(arguments).</summary>
    public long PayloadBytes
    {
        get
        {
            long bytes = 0;
            for (int i = 0; i < Count; i++) bytes += this[i].Length;
            return bytes;
        }
    }

    public int Count => _request?.Count ?? _count;

    public ReadOnlySpan<byte> this[int index] => _request is not null ? _request[index] : _stored![_first + index].Span;

    public ReadOnlyMemory<byte> Memory(int index) => _request?.Memory(index) ?? _stored![_first + index];

    /// <summary>Arguments from <paramref name="start"/> on; valid as long as the call.</summary>
    public ReadOnlyMemory<byte>[] From(int start)
    {
        var memories = new ReadOnlyMemory<byte>[Count - start];
        for (int i = 0; i < memories.Length; i++) memories[i] = Memory(start + i);
        return memories;
    }

    /// <summary>The arguments for a log line: printable ASCII as it is, other bytes as \xHH, long ones cut.</summary>
    public override string ToString()
    {
        const int ShownBytes = 128;
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < Count; i++)
        {
            if (i > 0) text.Append(' ');
            if (SecretArguments.Contain(this, i))
            {
                text.Append(SecretArguments.Shown);
                continue;
            }

            ReadOnlySpan<byte> argument = this[i];
            foreach (byte character in argument[..Math.Min(argument.Length, ShownBytes)])
            {
                if (character is > (byte)' ' and < 127) text.Append((char)character);
                else text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{character:x2}");
            }

            if (argument.Length > ShownBytes) text.Append("...");
        }

        return text.ToString();
    }

    /// <summary>Whether an argument is this word, in any case.</summary>
    public bool Is(int index, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(this[index], word);

    /// <summary>An argument up to its first zero byte: as much as Redis shows of it in an error.</summary>
    public ReadOnlySpan<byte> UpToNul(int index)
    {
        ReadOnlySpan<byte> argument = this[index];
        int end = argument.IndexOf((byte)0);
        return end < 0 ? argument : argument[..end];
    }

    /// <summary>The arguments from <paramref name="start"/> on as a call of their own, copied.</summary>
    public ArgumentList Skip(int start) => new ArgumentStore().Add(this, start);

    /// <summary>Whether a key has more bytes than the index of the database file takes.</summary>
    public bool HaveLongKey(KeySpec keys)
    {
        foreach (int key in keys.In(Count))
            if (this[key].Length > ServerLimits.KeyBytes) return true;
        return false;
    }

    /// <summary>An integer as Redis reads one.</summary>
    public bool TryGetInteger(int index, out long value) => StrictInteger.TryParse(this[index], out value);

    /// <summary>A bit offset, 0 … 2^32 - 1.</summary>
    public bool TryGetBitOffset(int index, out uint offset)
    {
        bool isValid = TryGetInteger(index, out long value) && value is >= 0 and <= uint.MaxValue;
        offset = isValid ? (uint)value : 0;
        return isValid;
    }
}

/// <summary>
/// Copies of the arguments of several calls, one behind the other, that outlive their requests: most transactions are
/// a few short calls, for which one block, kept from one transaction to the next, is enough. One thread at a time.
/// </summary>
internal sealed class ArgumentStore
{
    private const int BlockBytes = 4096;

    private readonly List<ReadOnlyMemory<byte>> _arguments = [];
    private readonly byte[] _firstBlock = new byte[BlockBytes];
    private byte[] _block;
    private int _used;

    public ArgumentStore() => _block = _firstBlock;

    public ReadOnlyMemory<byte> this[int index] => _arguments[index];

    /// <summary>Copies a call's arguments from <paramref name="start"/> on; valid until <see cref="Clear"/>.</summary>
    public ArgumentList Add(ArgumentList arguments, int start = 0)
    {
        int first = _arguments.Count;
        for (int i = start; i < arguments.Count; i++) _arguments.Add(Copy(arguments[i]));
        return new ArgumentList(this, first, arguments.Count - start);
    }

    /// <summary>Forgets all arguments.</summary>
    public void Clear()
    {
        _arguments.Clear();
        _block = _firstBlock;
        _used = 0;
    }

    private ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> argument)
    {
        if (argument.Length > BlockBytes / 4) return argument.ToArray(); // so that at most a quarter goes to waste
        if (argument.Length > _block.Length - _used)
        {
            _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
            _used = 0;
        }

        Memory<byte> copy = _block.AsMemory(_used, argument.Length);
        argument.CopyTo(copy.Span);
        _used += argument.Length;
        return copy;
    }
}
