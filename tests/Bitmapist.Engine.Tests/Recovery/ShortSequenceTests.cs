using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Recovery;

/// <summary>Every order of a few changes of one key, saves, kills and expiry between them.</summary>
public sealed class ShortSequenceTests
{
    private const int Length = 4;
    private const string Key = "key";
    private const string Other = "other";
    private const int ExpiryMs = 50;

    // b: SETBIT  e: EXPIRE  o: BITOP over it  d: DEL  r: RENAME away  f: FLUSHDB
    // t: its time comes  s: SAVE  v: what is saved is evicted  k: kill and start again
    private const string Steps = "beodrftsvk";

    [Theory]
    [InlineData('b')]
    [InlineData('e')]
    [InlineData('o')]
    [InlineData('r')]
    [InlineData('s')]
    [InlineData('v')]
    public async Task Every_order_of_changes_saves_and_kills_ends_as_the_model_does(char first)
    {
        int count = (int)Math.Pow(Steps.Length, Length - 1);
        for (int number = 0; number < count; number++)
        {
            string steps = "b" + first + new string([.. Enumerable.Range(0, Length - 1).Select(i =>
                Steps[number / (int)Math.Pow(Steps.Length, i) % Steps.Length])]);
            await RunNamedAsync(steps);
        }
    }

    // w: SETRANGE  i: INCR  m: MOVE to another database and back  x: SWAPDB
    [Theory]
    [InlineData('w')]
    [InlineData('i')]
    [InlineData('m')]
    [InlineData('x')]
    public async Task A_change_among_others_ends_as_the_model_does(char change)
    {
        foreach (char before in Steps)
        {
            foreach (char after in Steps)
            {
                await RunNamedAsync($"b{before}{change}{after}");
                await RunNamedAsync($"b{change}{before}{after}{change}");
                await RunNamedAsync($"{change}{before}{change}{after}");
            }
        }
    }

    private static async Task RunNamedAsync(string steps)
    {
        try
        {
            await RunAsync(steps);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{steps}: {e.Message}", e);
        }
    }

    private static async Task RunAsync(string steps)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit(Other, 5, bit: true);
        foreach (char step in steps) await StepAsync(server, step);
        await StepAsync(server, 'k');
        server.Check();
        await StepAsync(server, 's');
        Assert.Equal(KeyspaceState.Of(server.Model), await server.StateOfFileAsync(SimulatedServer.Path));
    }

    private static async Task StepAsync(SimulatedServer server, char step)
    {
        PairedKeyspace pair = server.Pair;
        switch (step)
        {
            case 'b': pair.SetBit(Key, 9, bit: true); break;
            case 'i': pair.Increment(Key, 7); break;
            case 'w': pair.Write(Key, 1, [7, 8]); break;
            case 'x': pair.Swap(0, 1); break;
            case 'm':
                pair.Move(Key, 1);
                pair.Move(Other, 1);
                pair.Session.Database = 1;
                pair.Move(Key, 0);
                pair.Session.Database = 0;
                break;
            case 'e': pair.ExpireAt(Key, Now(server) + ExpiryMs, ExpireCondition.None); break;
            case 'o': pair.BitOp(BitopKind.Not, Key, Other); break;
            case 'd': pair.Delete(Key); break;
            case 'r': pair.Rename(Key, Other, SetCondition.Always); break;
            case 'f': pair.Flush(0); break;
            case 't': server.Time.Advance(TimeSpan.FromMilliseconds(ExpiryMs + 1)); break;
            case 's': await server.SaveAsync(); break;
            case 'v': server.Evict(); break;
            default:
                await server.Keyspace.CommitAsync();
                await server.CrashAsync(CrashMode.ProcessKilled, seed: 0, server.Model);
                break;
        }
    }

    private static long Now(SimulatedServer server) => server.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
