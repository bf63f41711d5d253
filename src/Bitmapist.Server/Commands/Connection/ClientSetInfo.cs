using System.Text;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-setinfo (Redis 7.2)</summary>
internal static class ClientSetInfo
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        bool isName = args.Is(2, "lib-name"u8);
        if (!isName && !args.Is(2, "lib-ver"u8))
        {
            call.Fail(reply, [.. "ERR Unrecognized option '"u8, .. args.UpToNul(2), .. "'"u8]);
            return;
        }

        if (!ClientName.IsOneWord(args[3]))
        {
            call.Fail(reply, [.. "ERR "u8, .. args[2], .. " cannot contain spaces, newlines or special characters."u8]);
            return;
        }

        if (!ClientName.IsShort(call, reply, args[3])) return;
        string value = Encoding.ASCII.GetString(args[3]);
        if (isName) call.Client.LibraryName = value;
        else call.Client.LibraryVersion = value;
        reply.WriteOk();
    }
}
