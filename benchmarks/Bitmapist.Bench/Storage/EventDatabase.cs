using System.Text;
using Bitmapist.Bench.Peers;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;

namespace Bitmapist.Bench.Storage;

/// <summary>
/// A database of daily keys as bitmapist names them, 365 of each event, written without a server: most hold a few of 10
/// million users, every thousandth 5,000, and every hundred-thousandth 500,000.
/// </summary>
/// <param name="keys">How many.</param>
internal sealed class EventDatabase(int keys)
{
    private const int DaysPerEvent = 365;
    private const int Users = 10_000_000;

    public int Keys => keys;

    /// <summary>The name of a key, 0 … <see cref="Keys"/> - 1; ascending numbers do not ascend bytewise.</summary>
    public static string Name(int number)
    {
        DateTime day = new DateTime(2025, 1, 1).AddDays(number % DaysPerEvent);
        return $"trackist_event:{number / DaysPerEvent}_{day.Year}-{day.Month}-{day.Day}";
    }

    /// <summary>How many ids a key holds.</summary>
    public static int Cardinality(int number) =>
        number % 100_000 == 99_999 ? 500_000 : number % 1000 == 999 ? 5000 : 4 + (number % 17);

    /// <summary>Writes the database file of a server's directory.</summary>
    public void Write(string directory)
    {
        using var builder = DatabaseBuilder.Create(
            PhysicalFileSystem.Instance, Path.Combine(directory, PeerKind.DatabaseName));
        uint[] ids = new uint[500_000];
        for (int number = 0; number < keys; number++)
        {
            Span<uint> some = ids.AsSpan(0, Cardinality(number));
            // Ascending and without repeats, so that the count is known: a step of its own for each key.
            uint step = (uint)(Users / some.Length);
            for (int i = 0; i < some.Length; i++)
                some[i] = (uint)(i * step) + ((uint)(number * 2654435761L) + (uint)(i * 40503)) % step;
            FrozenBitmap bits = FrozenBitmap.FromIds(some);
            long lengthBytes = (some[^1] / 8) + 1;
            builder.Put(0, Encoding.ASCII.GetBytes(Name(number)),
                new StringValue(lengthBytes, PendingBits.Ready(bits)), expiresAtUnixMs: 0);
        }

        builder.Commit();
    }
}
