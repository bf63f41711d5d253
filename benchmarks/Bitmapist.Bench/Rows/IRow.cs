namespace Bitmapist.Bench.Rows;

/// <summary>Something measured and reported.</summary>
internal interface IRow
{
    string Name { get; }

    /// <summary>Whether the row also makes sense with another build of this server in the place of the others.</summary>
    bool ComparesBuilds { get; }

    /// <summary>Measures and writes to the table.</summary>
    void Run(BenchRun run);
}
