using BenchmarkDotNet.Running;
using Bitmapist.Roaring.Benchmarks;

if (args is ["compare", ..]) Comparison.Run(args[1..]);
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
