using System.Globalization;
using Bitmapist.Crash;

// scripts/crash [ROUNDS] [--seed N] [--server FILE]: kills the server again and again; see CrashTest.
int rounds = 100, seed = Random.Shared.Next();
string executable = "";
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--seed" && i + 1 < args.Length) seed = int.Parse(args[++i], CultureInfo.InvariantCulture);
    else if (args[i] == "--server" && i + 1 < args.Length) executable = args[++i];
    else if (int.TryParse(args[i], CultureInfo.InvariantCulture, out int given) && given > 0) rounds = given;
    else return Usage();
}

if (!File.Exists(executable)) return Usage();
Console.WriteLine($"crash: {rounds} rounds, seed {seed}");
CrashTest test = new(executable, seed, Console.WriteLine);
try
{
    await test.RunAsync(rounds);
    Console.WriteLine($"crash: passed, {rounds} rounds, {test.Acknowledged:N0} steps acknowledged, none lost");
    return 0;
}
catch (CrashTestException failure)
{
    Console.WriteLine($"crash: FAILED, {failure.Message}");
    return 1;
}

static int Usage()
{
    Console.Error.WriteLine("usage: scripts/crash [ROUNDS] [--seed N]");
    return 2;
}
