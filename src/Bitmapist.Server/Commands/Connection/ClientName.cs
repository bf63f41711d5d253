using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>What a client may call itself: CLIENT LIST must stay one line per client, one word per field.</summary>
internal static class ClientName
{
    /// <summary>Names the connection (an empty name: none), or answers with an error.</summary>
    public static bool TrySet(CommandContext call, RespWriter reply, ReadOnlySpan<byte> name)
    {
        if (!IsOneWord(name))
        {
            call.Fail(reply, "ERR Client names cannot contain spaces, newlines or special characters."u8);
            return false;
        }

        if (!IsShort(call, reply, name)) return false;

        call.Client.Name = Encoding.ASCII.GetString(name);
        return true;
    }

    /// <summary>
    /// Whether a name of a client or its library is short enough for every client's line in CLIENT LIST; answers with
    /// an error if it is not.
    /// </summary>
    public static bool IsShort(CommandContext call, RespWriter reply, ReadOnlySpan<byte> name)
    {
        if (name.Length <= ServerLimits.ClientNameBytes) return true;
        call.Fail(reply, Errors.ClientNameTooLong);
        return false;
    }

    /// <summary>Whether there are only printable ASCII characters other than the space.</summary>
    public static bool IsOneWord(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
