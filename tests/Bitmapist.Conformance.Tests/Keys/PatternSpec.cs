using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>
/// Random patterns select the same names from two servers. BITMAPIST_PATTERN_SEED repeats a run; Redis against Redis
/// shows that what is compared does not depend on chance.
/// </summary>
public abstract class PatternSpec(ITestServer tested, ITestServer reference)
{
    private const int Names = 300;
    private const int Patterns = 4000;
    private const int PatternsPerBatch = 200;

    // What the syntax knows, some letters in both cases and bytes that are no text.
    private static readonly byte[] s_special = [.. "**??[[]]^--\\\\"u8];
    private static readonly byte[] s_plain = [.. "aabbcdzABZ019_"u8, 0x00, 0x5E, 0x80, 0xFF];

    // A range is of the platform's chars in Redis and of x86-64's in ours.
    private static readonly bool s_hasSignedChars = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [Fact]
    public async Task Random_patterns_select_the_same_names_as_in_Redis()
    {
        Random random = Begin();
        using RawConnection ours = await RawConnection.ConnectAsync(tested.Port);
        using RawConnection theirs = await RawConnection.ConnectAsync(reference.Port);
        byte[][] names = [[], .. Enumerable.Range(0, Names).Select(_ => RandomName(random))];
        byte[][][] commands = [["FLUSHALL"u8.ToArray()], .. names.Select(name => Command("SET", name,
            "v"u8.ToArray()))];
        await AskAsync(ours, commands);
        await AskAsync(theirs, commands);
        await CompareAsync(ours, theirs,
            Enumerable.Range(0, Patterns).Select(_ => Command("KEYS", RandomPattern(random, names))));
    }

    [Fact]
    public async Task Random_patterns_select_the_same_commands_as_in_Redis()
    {
        Random random = Begin();
        using RawConnection ours = await RawConnection.ConnectAsync(tested.Port);
        using RawConnection theirs = await RawConnection.ConnectAsync(reference.Port);
        byte[][][] list = [Command("COMMAND", "LIST"u8.ToArray())];
        List<string> known = [.. Items((await AskAsync(ours, list))[0]).Intersect(Items((await AskAsync(theirs,
            list))[0]))];
        Assert.InRange(known.Count, 50, 500);
        byte[][] names = [.. known.Select(Encoding.ASCII.GetBytes)];
        await CompareAsync(ours, theirs,
            Enumerable.Range(0, Patterns).Select(_ => Command(
                "COMMAND", "LIST"u8.ToArray(), "FILTERBY"u8.ToArray(), "PATTERN"u8.ToArray(),
                WithRandomCase(random, RandomPattern(random, names)))),
            known);
    }

    private Random Begin()
    {
        Prerequisite.Require(!(reference.SkipReason != null), reference.SkipReason ?? "");
        int seed = Environment.GetEnvironmentVariable("BITMAPIST_PATTERN_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <param name="ours">The tested server.</param>
    /// <param name="theirs">The reference.</param>
    /// <param name="commands">Each replies a list.</param>
    /// <param name="among">Only these items count; null: all.</param>
    private static async Task CompareAsync(
        RawConnection ours, RawConnection theirs, IEnumerable<byte[][]> commands, List<string>? among = null)
    {
        int selecting = 0;
        foreach (byte[][][] batch in commands.Chunk(PatternsPerBatch))
        {
            List<byte[]> ourReplies = await AskAsync(ours, batch), theirReplies = await AskAsync(theirs, batch);
            for (int i = 0; i < batch.Length; i++)
            {
                string[] our = Selected(ourReplies[i], among), their = Selected(theirReplies[i], among);
                string shown = string.Join(' ', batch[i].Select(word => Text.Escape(word)));
                Assert.True(
                    our.SequenceEqual(their),
                    $"{shown}\nours and not theirs: {string.Join(", ", our.Except(their))}\n"
                    + $"theirs and not ours: {string.Join(", ", their.Except(our))}");
                if (their.Length > 0) selecting++;
            }
        }

        Assert.InRange(selecting, Patterns / 4, Patterns - 1); // else the patterns were too strict to tell anything
    }

    private static string[] Selected(byte[] reply, List<string>? among) =>
        [.. Items(reply).Where(item => among is null || among.Contains(item)).Order(StringComparer.Ordinal)];

    private static byte[] RandomName(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomByte(random, specialPercent: 25))];

    /// <summary>Either bytes at random, or a name of which parts became wildcards.</summary>
    private static byte[] RandomPattern(Random random, byte[][] names)
    {
        if (random.Next(3) == 0)
            return [.. Enumerable.Range(0, random.Next(10)).Select(_ => RandomByte(random, specialPercent: 65))];
        var pattern = new List<byte>();
        foreach (byte character in names[random.Next(names.Length)])
        {
            switch (random.Next(9))
            {
                case 0: pattern.Add((byte)'?'); break;
                case 1: pattern.AddRange(Enumerable.Repeat((byte)'*', random.Next(1, 3))); break;
                case 2: pattern.Add((byte)'*'); pattern.Add(character); break;
                case 3: pattern.Add((byte)'\\'); pattern.Add(character); break;
                case 4: AddClass(random, character, pattern); break;
                case 5 when random.Next(4) == 0: pattern.Add((byte)'['); break;
                default: pattern.Add(character); break;
            }
        }

        return [.. pattern];
    }

    private static void AddClass(Random random, byte character, List<byte> pattern)
    {
        pattern.Add((byte)'[');
        if (random.Next(3) == 0) pattern.Add((byte)'^');
        for (int i = random.Next(3); i > 0; i--) pattern.Add(RandomByte(random, specialPercent: 40));
        byte other = RandomByte(random, specialPercent: 10);
        switch (random.Next(3))
        {
            case 0: pattern.Add(character); break;
            case 1: pattern.AddRange([character, (byte)'-', other]); break;
            default: pattern.AddRange([other, (byte)'-', character]); break;
        }

        if (random.Next(8) != 0) pattern.Add((byte)']');
    }

    private static byte RandomByte(Random random, int specialPercent)
    {
        byte[] from = random.Next(100) < specialPercent ? s_special : s_plain;
        byte chosen = from[random.Next(from.Length)];
        return s_hasSignedChars ? chosen : (byte)(chosen & 0x7F);
    }

    /// <summary>ASCII alone: what else a C library makes lower case is its own affair.</summary>
    private static byte[] WithRandomCase(Random random, byte[] pattern) =>
        [.. pattern.Select(character => (byte)(character & 0x7F)).Select(character =>
            random.Next(2) == 0 && character is >= (byte)'a' and <= (byte)'z' ? (byte)(character - 32) : character)];

    private static byte[][] Command(string name, params byte[][] args) => [Encoding.ASCII.GetBytes(name), .. args];

    private static async Task<List<byte[]>> AskAsync(RawConnection connection, byte[][][] commands)
    {
        await connection.SendBytesAsync(commands.SelectMany(CommandLine.Encode).ToArray());
        return await connection.ReceiveAsync(commands.Length);
    }

    /// <summary>The items of an array of bulk strings, readable.</summary>
    private static List<string> Items(byte[] reply)
    {
        var items = new List<string>();
        int at = 0;
        int count = Number(reply, ref at);
        for (int i = 0; i < count; i++)
        {
            int length = Number(reply, ref at);
            items.Add(Text.Escape(reply.AsSpan(at, length)));
            at += length + 2;
        }

        return items;
    }

    /// <summary>The number in a line such as <c>*3</c>.</summary>
    private static int Number(byte[] reply, ref int at)
    {
        int end = at + reply.AsSpan(at).IndexOf("\r\n"u8);
        Assert.Contains((char)reply[at], "*$"); // an error would be no answer
        int number = int.Parse(Encoding.ASCII.GetString(reply, at + 1, end - at - 1), CultureInfo.InvariantCulture);
        at = end + 2;
        return number;
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistPattern(BitmapistServer tested, RedisServer reference)
    : PatternSpec(tested, reference), IClassFixture<BitmapistServer>, IClassFixture<RedisServer>;

[Trait("Server", "redis")]
public sealed class RedisPattern(RedisServer tested, Differential.SecondRedisServer reference)
    : PatternSpec(tested, reference.Server), IClassFixture<RedisServer>, IClassFixture<Differential.SecondRedisServer>;
