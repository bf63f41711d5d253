using System.Globalization;
using System.Text;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>
/// Commands that fill a Redis with random strings of every kind: empty, numbers, texts that compress and that do not,
/// bitmaps sparse and dense up to some megabytes, binary names, expiries, several databases.
/// </summary>
internal sealed class RedisDataSet(Random random)
{
    private static readonly int[] s_databases = [0, 1, 15];

    /// <summary>The commands for a number of keys, encoded; each has one reply.</summary>
    public IEnumerable<byte[]> Commands(int keys)
    {
        int database = -1;
        for (int i = 0; i < keys; i++)
        {
            int next = s_databases[(int)((long)i * s_databases.Length / keys)];
            if (next != database) yield return Encode("SELECT"u8.ToArray(), Text(database = next));
            byte[] name = Name(i);
            foreach (byte[] command in Value(name)) yield return command;
            if (random.Next(4) == 0)
                yield return Encode("PEXPIRE"u8.ToArray(), name, Text(random.NextInt64(10_000_000, 10_000_000_000)));
        }
    }

    public static byte[] Encode(params byte[][] arguments)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.ASCII.GetBytes($"*{arguments.Length}\r\n"));
        foreach (byte[] argument in arguments)
        {
            bytes.Write(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            bytes.Write(argument);
            bytes.Write("\r\n"u8);
        }

        return bytes.ToArray();
    }

    private static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private byte[] Name(int number)
    {
        byte[] name = new byte[random.Next(random.Next(50) == 0 ? 300 : 20)];
        random.NextBytes(name);
        // Digits of one width: else a name that happens to end in a digit may be another number's.
        return [.. name, .. Encoding.ASCII.GetBytes(number.ToString("D7", CultureInfo.InvariantCulture))];
    }

    private IEnumerable<byte[]> Value(byte[] name)
    {
        byte[] set = "SET"u8.ToArray();
        switch (random.Next(8))
        {
            case 0:
                long magnitude = 1L << random.Next(1, 63);
                yield return Encode(set, name, Text(random.NextInt64(-magnitude, magnitude)));
                break;
            case 1:
                yield return Encode(set, name, new byte[random.Next(3)]);
                break;
            case 2 or 3:
                byte[] noise = new byte[random.Next(1 << (random.Next(5000) == 0 ? 22 : random.Next(13)))];
                random.NextBytes(noise);
                yield return Encode(set, name, noise);
                break;
            case 4:
                string word = new((char)random.Next('a', 'z'), random.Next(1, 5));
                string text = string.Concat(Enumerable.Repeat(word + random.Next(3), random.Next(400)));
                yield return Encode(set, name, Encoding.ASCII.GetBytes(text));
                break;
            default:
                // Megabytes are rare, for Redis's sake: one bit of id 20 million is 2.5 MB there.
                long idsMax = random.Next(3000) == 0 ? 30_000_000 : 1 << random.Next(3, 17);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    byte[] id = Text(random.NextInt64(idsMax));
                    yield return Encode("SETBIT"u8.ToArray(), name, id, Text(random.Next(8) == 0 ? 0 : 1));
                }

                break;
        }
    }
}
