namespace Bitmapist.Crash.Rounds;

/// <summary>What a round's kills met.</summary>
/// <param name="UnderWay">Kills after which files or log lines show that the work had begun and had not ended.</param>
/// <param name="Missed">Kills that came before it or after it.</param>
internal readonly record struct Outcome(int UnderWay, int Missed)
{
    /// <summary>One kill.</summary>
    public static Outcome Of(bool wasUnderWay) => wasUnderWay ? new Outcome(1, 0) : new Outcome(0, 1);

    public static Outcome operator +(Outcome left, Outcome right) =>
        new(left.UnderWay + right.UnderWay, left.Missed + right.Missed);
}
