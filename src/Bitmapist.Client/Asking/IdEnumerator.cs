using System.Numerics;
using Bitmapist.Client.Connections;

namespace Bitmapist.Client.Asking;

/// <summary>
/// Hands out the ids of an <see cref="IdStream"/>, a window's one after another without waiting, while the next window
/// is on its way. Used by one flow.
/// </summary>
internal sealed class IdEnumerator(IdStream stream, EitherToken cancellation) : IAsyncEnumerator<uint>
{
    private const int BitsPerByte = 8;
    private const int BitsPerWord = 64;

    private IdWindow _window;
    private int _nextWord; // index in the window of the first byte of the word after the present one
    private ulong _word; // the present word's ids that were not handed out yet
    private long _wordId; // the id of the present word's first bit
    private Task<IdWindow>? _coming;
    private bool _isStarted;

    /// <inheritdoc/>
    public uint Current { get; private set; }

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync()
    {
        if (cancellation.Cancelled is { } cancelled) return ValueTask.FromCanceled<bool>(cancelled);
        return TryTake() ? new ValueTask<bool>(true) : new ValueTask<bool>(CallerTask.From(AdvanceAsync()));
    }

    /// <summary>Ends; a reader may leave early, and the window on its way then ends unseen.</summary>
    public ValueTask DisposeAsync()
    {
        return new ValueTask(CallerTask.From(RunAsync()));

        async Task RunAsync()
        {
            if (_coming is not null) await ((Task)_coming).Quietly();
            cancellation.Dispose();
        }
    }

    /// <summary>Takes the next id of the window, if it has one.</summary>
    private bool TryTake()
    {
        while (_word == 0)
        {
            if (_nextWord >= _window.Bytes.Length) return false;
            _word = IdBitmap.WordAt(_window.Bytes.Span[_nextWord..]);
            _wordId = (_window.First + _nextWord) * BitsPerByte;
            _nextWord += sizeof(ulong);
        }

        int bit = BitOperations.LeadingZeroCount(_word);
        _word &= ~(1UL << (BitsPerWord - 1 - bit));
        Current = (uint)(_wordId + bit);
        return true;
    }

    /// <summary>Takes the next id of the windows to come, if they have one.</summary>
    private async Task<bool> AdvanceAsync()
    {
        try
        {
            if (!_isStarted) _coming = stream.ReadFirstAsync(cancellation.Token);
            _isStarted = true;
            while (_coming is not null)
            {
                _window = await _coming.WithoutPool();
                _nextWord = 0;
                _coming = _window.Next is { } next ? stream.ReadNextAsync(_window, next, cancellation.Token) : null;
                // If it fails and the reader never comes for it, nobody is to be told of an exception nobody saw.
                Task? coming = _coming;
                coming?.WhenOver(() => _ = coming.Exception);
                if (TryTake()) return true;
            }

            return false;
        }
        catch (OperationCanceledException failure) when (cancellation.Cancelled is { } cancelled)
        {
            throw new OperationCanceledException(failure.Message, failure, cancelled); // the caller's, not one of ours
        }
    }
}

/// <summary>A part of a key's bytes, and where the next ids are.</summary>
/// <param name="First">The index of the first byte in the key.</param>
/// <param name="Bytes">The bytes; fewer than asked for where the key ends.</param>
/// <param name="LengthBytes">Bytes of the whole key.</param>
/// <param name="Next">The index of the next byte with an id behind this window; null if there is none.</param>
internal readonly record struct IdWindow(long First, ReadOnlyMemory<byte> Bytes, long LengthBytes, long? Next);
