namespace Bitmapist.Bench.Rows;

/// <summary>Something measured and reported.</summary>
internal interface IRow
{
    string Name { get; }

    /// <summary>Whether the row makes sense with another build of this server as the only other.</summary>
    bool ComparesBuilds { get; }

    /// <summary>Measures and writes to the table.</summary>
    void Run(BenchRun run);
}
