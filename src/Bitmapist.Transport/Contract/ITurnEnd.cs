namespace Bitmapist.Transport.Contract;

/// <summary>Something to be done at the end of a loop's turn, by its thread.</summary>
public interface ITurnEnd
{
    /// <summary>
    /// Every reader of the turn has run, nothing that they flushed is sent yet. Must not throw, nor take long.
    /// </summary>
    void EndTurn();
}
