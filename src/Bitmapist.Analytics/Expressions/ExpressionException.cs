namespace Bitmapist.Analytics.Expressions;

/// <summary>An expression cannot be read.</summary>
/// <param name="position">Of the character that it cannot be read from on, the first being 1.</param>
/// <param name="message">What is wrong there.</param>
public sealed class ExpressionException(int position, string message) : Exception(message)
{
    /// <summary>Of the character that it cannot be read from on, the first being 1.</summary>
    public int Position { get; } = position;
}
