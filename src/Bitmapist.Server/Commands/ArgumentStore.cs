namespace Bitmapist.Server.Commands;

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
