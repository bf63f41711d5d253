namespace Bitmapist.Client.Events;

/// <summary>How tightly C#'s operators bind, loosest first: what decides about parentheses in print.</summary>
internal enum Precedence
{
    Loosest,
    Or,
    Xor,
    And,
    Minus,
    Unary,
}
