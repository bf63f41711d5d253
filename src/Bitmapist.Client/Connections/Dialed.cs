using System.Net.Sockets;

namespace Bitmapist.Client.Connections;

/// <summary>A connection that has been made and is ready for requests.</summary>
/// <param name="Socket">The socket, to be closed in the end; that ends the stream's reads and writes too.</param>
/// <param name="Stream">What to read and write: the socket's bytes, or TLS over them.</param>
internal readonly record struct Dialed(Socket Socket, Stream Stream);
