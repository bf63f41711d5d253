using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>One server in a row that is measured in rounds.</summary>
internal interface IContestant : IDisposable
{
    Sample Measure();
}

/// <summary>Whatever starts and ends with each measurement.</summary>
internal sealed class RepeatedContestant(Func<Sample> measure) : IContestant
{
    public Sample Measure() => measure();

    public void Dispose()
    {
    }
}
