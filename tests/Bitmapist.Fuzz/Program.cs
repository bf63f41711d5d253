using System.Globalization;
using Bitmapist.Fuzz;

// scripts/fuzz explains the options.
string? name = null;
double minutes = 1;
int seed = Environment.TickCount;
for (int i = 0; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.");
    switch (args[i])
    {
        case "--target":
            name = value;
            break;
        case "--minutes":
            minutes = double.Parse(value, CultureInfo.InvariantCulture);
            break;
        case "--seed":
            seed = int.Parse(value, CultureInfo.InvariantCulture);
            break;
        default:
            throw new ArgumentException($"{args[i]} is no option: --target NAME, --minutes N, --seed N.");
    }
}

int findings = 0;
foreach (IFuzzTarget target in name is null ? FuzzTargets.All : [FuzzTargets.Named(name)])
{
    using var campaign = new Campaign(target, seed, Console.Out, new Watchdog(target));
    if (campaign.Run(TimeSpan.FromMinutes(minutes)) is not { } finding) continue;
    Console.WriteLine($"{target.Name}: failed after {campaign.Runs} inputs: {finding.Failure}");
    Console.WriteLine($"{target.Name}: the input is kept in {finding.Keep()}");
    findings++;
}

return findings == 0 ? 0 : 1;
