using System.Buffers;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Replies;

/// <summary>Writes a client's requests: arrays of bulk strings, the one form that every server reads.</summary>
public static class RequestWriter
{
    /// <summary>Opens a request of <paramref name="count"/> arguments, the command's name included.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, int count) =>
        new RespWriter(output, RespVersion.Resp2).WriteArrayHeader(count);

    /// <summary>Writes an argument.</summary>
    public static void WriteArgument(IBufferWriter<byte> output, ReadOnlySpan<byte> argument) =>
        new RespWriter(output, RespVersion.Resp2).WriteBulkString(argument);

    /// <summary>Writes an argument as UTF-8.</summary>
    public static void WriteArgument(IBufferWriter<byte> output, string argument) =>
        new RespWriter(output, RespVersion.Resp2).WriteBulkString(argument);

    /// <summary>Writes an argument as decimal digits.</summary>
    public static void WriteArgument(IBufferWriter<byte> output, long argument) =>
        new RespWriter(output, RespVersion.Resp2).WriteBulkInteger(argument);

    /// <summary>Writes a request of text, each argument as UTF-8.</summary>
    public static void Write(IBufferWriter<byte> output, params ReadOnlySpan<string> arguments)
    {
        WriteHeader(output, arguments.Length);
        foreach (string argument in arguments) WriteArgument(output, argument);
    }

    /// <summary>Writes a request of bytes.</summary>
    public static void Write(IBufferWriter<byte> output, params ReadOnlySpan<ReadOnlyMemory<byte>> arguments)
    {
        WriteHeader(output, arguments.Length);
        foreach (ReadOnlyMemory<byte> argument in arguments) WriteArgument(output, argument.Span);
    }
}
