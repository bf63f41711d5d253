namespace Bitmapist.Bench.Rows;

/// <summary>Something measured and reported.</summary>
internal interface IRow
{
    string Name { get; }

    /// <summary>Measures and writes to the table.</summary>
    void Run(BenchRun run);
}
