using System.Globalization;
using Bitmapist.Crash;
using Bitmapist.Crash.Rounds;

// Kills the server again and again; see CrashTest and the head of scripts/crash.
int rounds = 100, seed = Random.Shared.Next();
string executable = "";
List<RoundKind> only = [];
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--seed" && i + 1 < args.Length && int.TryParse(args[i + 1], out seed)) i++;
    else if (args[i] == "--server" && i + 1 < args.Length) executable = args[++i];
    else if (args[i] == "--only" && i + 1 < args.Length && Enum.TryParse(args[i + 1], true, out RoundKind kind))
    {
        only.Add(kind);
        i++;
    }
    else if (int.TryParse(args[i], CultureInfo.InvariantCulture, out int given) && given > 0) rounds = given;
    else return Usage();
}

if (!File.Exists(executable)) return Usage();
Console.WriteLine($"crash: {rounds} rounds, seed {seed}");
using CrashTest test = new(executable, seed, Console.WriteLine);
int code = 0;
try
{
    await test.RunAsync(rounds, [.. only]);
    Console.WriteLine($"crash: passed, {rounds} rounds, {test.Acknowledged:N0} steps acknowledged, none lost");
}
catch (CrashTestException failure)
{
    Console.WriteLine($"crash: FAILED, {failure.Message}");
    code = 1;
}

Console.Write(test.Tally);
return code;

static int Usage()
{
    Console.Error.WriteLine("usage: scripts/crash [ROUNDS] [--seed N] [--only KIND]...");
    Console.Error.WriteLine($"kinds: {string.Join(", ", Enum.GetNames<RoundKind>())}");
    return 2;
}
