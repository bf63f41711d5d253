using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Tests.Servers;

/// <summary>Reads a batch's requests. One pass, however many they are.</summary>
internal static class WireRequests
{
    public static IEnumerable<string[]> Of(ReadOnlyMemory<byte> wire)
    {
        while (!wire.IsEmpty)
        {
            var arguments = new string[TakeNumber(ref wire)];
            for (int i = 0; i < arguments.Length; i++)
            {
                int bytes = TakeNumber(ref wire);
                arguments[i] = Encoding.UTF8.GetString(wire.Span[..bytes]);
                wire = wire[(bytes + 2)..];
            }

            yield return arguments;
        }
    }

    private static int TakeNumber(ref ReadOnlyMemory<byte> wire)
    {
        int end = wire.Span.IndexOf((byte)'\r');
        int number = int.Parse(wire.Span[1..end], CultureInfo.InvariantCulture);
        wire = wire[(end + 2)..];
        return number;
    }
}
