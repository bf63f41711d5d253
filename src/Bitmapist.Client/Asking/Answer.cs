namespace Bitmapist.Client.Asking;

/// <summary>What a question of <see cref="Questions"/> was answered with, once they were sent.</summary>
/// <typeparam name="T">The kind of answer.</typeparam>
public sealed class Answer<T>
{
    private T? _value;

    internal Answer()
    {
    }

    /// <summary>Whether the answer has come.</summary>
    public bool IsThere { get; private set; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The questions were not sent yet, or without success.</exception>
    public T Value => IsThere ? _value! : throw new InvalidOperationException("The question was not answered yet.");

    internal void Set(T value)
    {
        _value = value;
        IsThere = true;
    }
}
