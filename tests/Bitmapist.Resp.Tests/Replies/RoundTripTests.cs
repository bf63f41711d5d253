using System.Buffers;
using System.Globalization;
using System.Text;
using Bitmapist.Resp.Replies;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Tests.Replies;

/// <summary>What one side writes the other side reads.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Requests_arrive_as_they_were_written()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int run = 0; run < 1_000; run++)
        {
            var arguments = new ReadOnlyMemory<byte>[random.Next(1, 12)];
            for (int i = 0; i < arguments.Length; i++)
            {
                byte[] argument = new byte[random.Next(10) == 0 ? random.Next(3000) : random.Next(30)];
                random.NextBytes(argument);
                arguments[i] = argument;
            }

            var output = new ArrayBufferWriter<byte>();
            RequestWriter.Write(output, arguments);
            var reader = new RequestReader();
            Assert.Equal(RequestStatus.Complete, reader.Read(output.WrittenMemory, out int consumedBytes));
            Assert.Equal(output.WrittenCount, consumedBytes);
            Assert.Equal(arguments.Length, reader.Request.Count);
            for (int i = 0; i < arguments.Length; i++)
                Assert.True(arguments[i].Span.SequenceEqual(reader.Request[i]), $"seed {seed}, run {run}, {i}");
        }
    }

    [Fact]
    public void Requests_of_text_and_numbers_are_written_as_bulk_strings()
    {
        var output = new ArrayBufferWriter<byte>();
        RequestWriter.Write(output, "GET", "é");
        RequestWriter.WriteHeader(output, 3);
        RequestWriter.WriteArgument(output, "GETBIT"u8);
        RequestWriter.WriteArgument(output, "k");
        RequestWriter.WriteArgument(output, -42L);
        Assert.Equal("*2\r\n$3\r\nGET\r\n$2\r\né\r\n*3\r\n$6\r\nGETBIT\r\n$1\r\nk\r\n$3\r\n-42\r\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData(RespVersion.Resp2)]
    [InlineData(RespVersion.Resp3)]
    public void Replies_arrive_as_they_were_written(RespVersion version)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int run = 0; run < 1_000; run++)
        {
            var output = new ArrayBufferWriter<byte>();
            string expected = WriteReply(new RespWriter(output, version), random, depthMax: 4);
            var reader = new ReplyReader();
            Assert.True(reader.Read(output.WrittenSpan, out int consumedBytes) == ReplyStatus.Complete,
                $"seed {seed}, run {run}: {expected}");
            Assert.Equal(output.WrittenCount, consumedBytes);
            Assert.True(expected == reader.Reply.ToString(), $"seed {seed}, run {run}: {expected}, {reader.Reply}");
        }
    }

    [Fact]
    public void Doubles_arrive_digit_by_digit()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int run = 0; run < 2_000; run++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            var output = new ArrayBufferWriter<byte>();
            string text = value.ToString("R", CultureInfo.InvariantCulture)
                .Replace("NaN", "nan").Replace("Infinity", "inf");
            output.Write(Encoding.ASCII.GetBytes($",{text}\r\n"));
            var reader = new ReplyReader();
            reader.Read(output.WrittenSpan, out _);
            Assert.True(reader.Reply.ToString() == $",{text}", $"seed {seed}, run {run}: {value:R}");
        }
    }

    /// <summary>Writes a random reply and says what its compact form must be.</summary>
    private static string WriteReply(RespWriter writer, Random random, int depthMax)
    {
        bool is3 = writer.Version == RespVersion.Resp3;
        int number = random.Next(-1000, 100_000);
        int count = random.Next(4);
        switch (random.Next(depthMax > 0 ? 13 : 9))
        {
            case 0:
                writer.WriteSimpleString("PONG"u8);
                return "+PONG";
            case 1:
                writer.WriteError("ERR a\nb"u8);
                return "-ERR a b";
            case 2:
                writer.WriteInteger(number);
                return string.Create(CultureInfo.InvariantCulture, $":{number}");
            case 3:
                writer.WriteBulkString(new string('x', count));
                return count == 0 ? "$0" : $"${count} {new string('x', count)}";
            case 4:
                writer.WriteNull();
                return is3 ? "_" : "$-1";
            case 5:
                writer.WriteNullArray();
                return is3 ? "_" : "*-1";
            case 6:
                writer.WriteBoolean(number % 2 == 0);
                return (is3 ? "#" : ":") + (number % 2 == 0 ? is3 ? "t" : "1" : is3 ? "f" : "0");
            case 7:
                writer.WriteVerbatimString("txt"u8, "abc"u8);
                return is3 ? "=txt:abc" : "$3 abc";
            case 8:
                if (is3) writer.WriteRaw(",1.5\r\n"u8);
                else writer.WriteBulkString("1.5"u8);
                return is3 ? ",1.5" : "$3 1.5";
            case 9:
                writer.WriteArrayHeader(count);
                return WriteItems(writer, random, depthMax, "", count);
            case 10:
                writer.WriteSetHeader(count);
                return WriteItems(writer, random, depthMax, is3 ? "~" : "", count);
            case 11:
                writer.WritePushHeader(count);
                return WriteItems(writer, random, depthMax, is3 ? ">" : "", count);
            default:
                writer.WriteMapHeader(count);
                return WriteItems(writer, random, depthMax, is3 ? "%" : "", 2 * count);
        }
    }

    private static string WriteItems(RespWriter writer, Random random, int depthMax, string marker, int count)
    {
        var items = new List<string>();
        for (int i = 0; i < count; i++) items.Add(WriteReply(writer, random, depthMax - 1));
        return $"{marker}[{string.Join(' ', items)}]";
    }
}
