using System.Buffers.Binary;

namespace Bitmapist.Resp.Requests;

/// <summary>
/// The short way through a request that lies whole in one input and is written as every client writes it. Anything else
/// (a piece missing, an inline request, an odd or oversized header) it declines, and <see cref="RequestReader"/> takes
/// the long way from the request's first byte; so it may only accept what the long way accepts, with the same slices.
/// </summary>
internal static class WholeRequest
{
    // Nine digits fit an int.
    private const int DigitsMax = 9;

    /// <summary>
    /// Bytes of the request at the start of <paramref name="input"/>, or 0 when declined. O(arguments).
    /// </summary>
    public static int Parse(
        ReadOnlySpan<byte> input, long bulkBytesMax, ref Request.Slice[] slices, out int count)
    {
        int position = 0;
        count = ReadNumber(input, (byte)'*', ref position);
        if (count <= 0) return 0;

        for (int i = 0; i < count; i++)
        {
            int length = ReadNumber(input, (byte)'$', ref position);
            int end = position + 2 + length; // below 2^31 + 10^9, which as an unsigned number is beyond any input
            if (length < 0 || length > bulkBytesMax || (uint)end > (uint)input.Length) return 0;
            Request.Store(ref slices, i, position, length);
            position = end;
        }

        return position;
    }

    /// <summary>Reads marker, digits, carriage return and one more byte; −1 when that is not what is there.</summary>
    private static int ReadNumber(ReadOnlySpan<byte> input, byte marker, ref int position)
    {
        const int ShortestBytes = 4; // "$0\r\n"
        if (input.Length - position < ShortestBytes) return -1;
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(input[position..]);
        uint number = (byte)(word >> 8) - (uint)'0';
        if ((byte)word != marker || number > 9) return -1;
        if ((byte)(word >> 16) == '\r')
        {
            position += ShortestBytes;
            return (int)number;
        }

        // No leading zeros; and the byte behind the carriage return must have arrived.
        if (number == 0) return -1;
        int limit = Math.Min(input.Length - 1, position + 1 + DigitsMax + 1);
        for (int i = position + 2; i < limit; i++)
        {
            uint digit = input[i] - (uint)'0';
            if (digit <= 9)
            {
                number = number * 10 + digit;
                continue;
            }

            if (input[i] != '\r') return -1;
            position = i + 2;
            return (int)number;
        }

        return -1;
    }
}
