using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>
/// BITOP over random strings against a byte-wise model. Redis runs the four operations that 7.0 has, which also checks
/// the model; ours runs the four of 8.2 as well.
/// </summary>
public abstract class BitopModelSpec(ITestServer server, params string[] operations) : ConformanceSpec(server)
{
    private const int Rounds = 60;

    // Around the sizes where bitmaps change form: one chunk of 2^16 bits is 8,192 bytes.
    private static readonly int[] s_lengths = [0, 1, 2, 7, 8, 9, 100, 8191, 8192, 8193, 16384, 40_000];

    [Fact]
    public async Task Agrees_with_a_bytewise_model()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        for (int round = 0; round < Rounds; round++)
        {
            string operation = operations[random.Next(operations.Length)];
            await connection.AskAsync("FLUSHALL");
            List<byte[]?> sources = [];
            List<byte[]> bitop = [.. CommandLine.Parse($"BITOP {operation} d")];
            int count = operation == "NOT" ? 1 : random.Next(2, 6);
            for (int source = 0; source < count; source++)
            {
                byte[]? value = random.Next(8) == 0 ? null : RandomString(random);
                byte[] name = CommandLine.Parse($"s{source}")[0];
                if (value != null) await SendAsync(connection, "SET"u8.ToArray(), name, value);
                sources.Add(value);
                bitop.Add(name);
            }
            string context = $"seed {seed}, round {round}, {operation} of {count}";
            byte[] expected = Model(operation, sources);
            string length = ReplyText.Render(await SendAsync(connection, [.. bitop]));
            Assert.Equal((context, $":{expected.Length}"), (context, length));
            byte[]? result = ReplyText.BulkContent(await connection.AskAsync("GET d"));
            Assert.True(expected.AsSpan().SequenceEqual(result ?? []), context + ": the result differs from the model");
            string ones = $":{expected.Sum(value => byte.PopCount(value))}";
            Assert.Equal((context, ones), (context, ReplyText.Render(await connection.AskAsync("BITCOUNT d"))));
        }
    }

    private static byte[] Model(string operation, List<byte[]?> sources)
    {
        byte[] result = new byte[sources.Max(source => source?.Length ?? 0)];
        for (int at = 0; at < result.Length; at++)
        {
            int[] column = [.. sources.Select(source => source != null && at < source.Length ? source[at] : 0)];
            int othersOr = column.Skip(1).Aggregate(0, (left, right) => left | right);
            result[at] = (byte)(operation switch
            {
                "AND" => column.Aggregate((left, right) => left & right),
                "OR" => column.Aggregate((left, right) => left | right),
                "XOR" => column.Aggregate((left, right) => left ^ right),
                "NOT" => ~column[0],
                "DIFF" => column[0] & ~othersOr,
                "DIFF1" => othersOr & ~column[0],
                "ANDOR" => column[0] & othersOr,
                "ONE" => Enumerable.Range(0, 8)
                    .Where(bit => column.Count(value => (value >> bit & 1) == 1) == 1).Sum(bit => 1 << bit),
                _ => throw new ArgumentException(operation),
            });
        }
        return result;
    }

    private static byte[] RandomString(Random random)
    {
        byte[] value = new byte[s_lengths[random.Next(s_lengths.Length)]];
        switch (random.Next(4))
        {
            case 0: random.NextBytes(value); break;
            case 1: value.AsSpan(value.Length / 3).Fill(0xff); break;
            case 2: break;
            default:
                for (int mark = 0; mark < 20 && value.Length > 0; mark++) value[random.Next(value.Length)] |= 0x10;
                break;
        }
        return value;
    }

    private static async Task<byte[]> SendAsync(RawConnection connection, params byte[][] args)
    {
        await connection.SendBytesAsync(CommandLine.Encode(args));
        return await connection.ReceiveAsync();
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBitopModel(BitmapistServer server)
    : BitopModelSpec(server, "AND", "OR", "XOR", "NOT", "DIFF", "DIFF1", "ANDOR", "ONE"),
        IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBitopModel(RedisServer server)
    : BitopModelSpec(server, "AND", "OR", "XOR", "NOT"), IClassFixture<RedisServer>;
