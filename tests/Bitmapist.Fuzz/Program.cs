using System.Diagnostics;
using System.Globalization;
using Bitmapist.Fuzz;

// Usage: Bitmapist.Fuzz [target|all] [runs] [seed]. An input that fails is kept in the target's corpus folder, where
// the tests replay it from then on; name it for what it breaks.
string targetName = args.Length > 0 ? args[0] : "all";
long runs = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
int seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : Environment.TickCount;

foreach (IFuzzTarget target in targetName == "all" ? FuzzTargets.All : [FuzzTargets.Named(targetName)])
{
    Console.WriteLine($"{target.Name}: {runs} runs, seed {seed}");
    long startedAt = Stopwatch.GetTimestamp();
    byte[][] corpus = [.. Corpus.Files(target).Select(File.ReadAllBytes)];
    for (long run = 0; run < runs; run++)
    {
        // A seed per run, so that the input that failed can be made again without those before it.
        var random = new Random(unchecked(seed * 1_000_003 + (int)run));
        byte[] start = random.Next(4) == 0 && corpus.Length > 0 ?
            corpus[random.Next(corpus.Length)] : target.Generate(random);
        byte[] input = Mutator.Mutate(start, target.Tokens, random);
        try
        {
            target.Check(input, random);
        }
#pragma warning disable CA1031 // Whatever an input makes a reader throw is a finding.
        catch (Exception finding)
#pragma warning restore CA1031
        {
            string file = Path.Combine(Corpus.Folder(target), $"found-{seed}-{run}.bin");
            File.WriteAllBytes(file, input);
            Console.WriteLine($"{target.Name}: run {run} of seed {seed} failed, input kept in {file}\n{finding}");
            return 1;
        }
    }

    Console.WriteLine($"{target.Name}: passed in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:F1} s");
}

return 0;
