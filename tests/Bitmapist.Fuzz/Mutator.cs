namespace Bitmapist.Fuzz;

/// <summary>Damages an input the way the usual fuzzers do; the same seed gives the same damage.</summary>
public static class Mutator
{
    private const int InputBytesMax = 1 << 20;

    /// <summary>Applies one to eight mutations. O(input) each.</summary>
    public static byte[] Mutate(byte[] input, IReadOnlyList<byte[]> tokens, Random random)
    {
        var bytes = new List<byte>(input);
        int mutations = random.Next(1, 9);
        for (int i = 0; i < mutations && bytes.Count < InputBytesMax; i++) MutateOnce(bytes, tokens, random);
        return [.. bytes];
    }

    private static void MutateOnce(List<byte> bytes, IReadOnlyList<byte[]> tokens, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, 17), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0 when length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                bytes.InsertRange(at, tokens[random.Next(tokens.Count)]);
                break;
        }
    }
}
