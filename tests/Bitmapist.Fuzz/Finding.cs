namespace Bitmapist.Fuzz;

/// <summary>An input for which an expectation did not hold.</summary>
/// <param name="Target">Whose.</param>
/// <param name="Input">The input.</param>
/// <param name="Seed">How it was read.</param>
/// <param name="Failure">What did not hold.</param>
public sealed record Finding(IFuzzTarget Target, byte[] Input, int Seed, FuzzFailureException Failure)
{
    /// <summary>
    /// Keeps the input in the corpus, as short as it can be made, where the tests replay it from then on.
    /// </summary>
    /// <returns>The file: name it for what it breaks.</returns>
    public string Keep()
    {
        byte[] shortest = Minimizer.Shorten(this, TimeSpan.FromSeconds(30));
        string file = Path.Combine(Corpus.Folder(Target), $"found-{Seed:x8}.bin");
        File.WriteAllBytes(file, shortest);
        return file;
    }
}
