using System.Net;

namespace Bitmapist.Transport.Contract;

/// <summary>Where to listen.</summary>
/// <param name="EndPoint">
/// An IP address and port (port 0: any free one; IPv6Any: IPv4 as well), or a unix socket's path. A socket file that
/// nobody listens on any more is replaced.
/// </param>
/// <param name="MayBeMissing">
/// The machine may lack the address, as containers often lack ::1: then it is left out, if others remain.
/// </param>
/// <param name="UnixMode">Who may connect to a unix socket; null: as the process's umask has it.</param>
/// <param name="Descriptor">
/// A socket that listens there already and is taken over, as systemd passes them; null: one is made.
/// </param>
public readonly record struct ListenPoint(
    EndPoint EndPoint, bool MayBeMissing = false, UnixFileMode? UnixMode = null, int? Descriptor = null);
