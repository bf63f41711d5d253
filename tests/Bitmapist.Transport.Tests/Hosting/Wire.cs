using System.Net.Sockets;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tests.Hosting;

/// <summary>What a client of the tests does with its socket.</summary>
internal static class Wire
{
    /// <summary>Receives exactly so many bytes.</summary>
    public static byte[] Receive(this Socket socket, int bytes)
    {
        byte[] received = new byte[bytes];
        socket.ReceiveExactly(received);
        return received;
    }

    /// <summary>Fills the buffer.</summary>
    public static void ReceiveExactly(this Socket socket, Span<byte> buffer)
    {
        for (int at = 0; at < buffer.Length;)
        {
            int taken = socket.Receive(buffer[at..]);
            Assert.True(taken > 0, $"the connection ended after {at} of {buffer.Length} bytes");
            at += taken;
        }
    }

    /// <summary>Receives until the server ends the connection.</summary>
    public static byte[] ReceiveToEnd(this Socket socket)
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (socket.Receive(buffer) is > 0 and var bytes) received.Write(buffer, 0, bytes);
        return received.ToArray();
    }

    /// <summary>Sends everything.</summary>
    public static void SendAll(this Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }

    /// <summary>Closes with a reset rather than an orderly end.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    /// <summary>Bytes in which every position can be told from its neighbours.</summary>
    public static byte[] Pattern(int bytes, int seed = 0)
    {
        byte[] pattern = new byte[bytes];
        new Random(seed).NextBytes(pattern);
        return pattern;
    }
}
