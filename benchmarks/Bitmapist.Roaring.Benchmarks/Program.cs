using BenchmarkDotNet.Running;
using Bitmapist.Roaring.Benchmarks;

// compare [filter …]: ours beside CRoaring. forms: the numbers behind the thresholds. Else BenchmarkDotNet's arguments.
if (args is ["compare", ..]) Comparison.Run(args[1..]);
else if (args is ["forms"]) FormMeasurement.Run();
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
