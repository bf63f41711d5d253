using Bitmapist.Server.Commands;
using Bitmapist.Server.Commands.Admin;
using Bitmapist.Server.Commands.Bits;
using Bitmapist.Server.Commands.Connection;
using Bitmapist.Server.Commands.Keys;
using Bitmapist.Server.Commands.Transactions;

namespace Bitmapist.Server.Dispatch;

/// <summary>The commands of this server: what is not listed here does not exist.</summary>
internal static class CommandList
{
    /// <summary>The commands, in the order of docs/commands.md.</summary>
    public static readonly CommandTable Table = new(
    [
        SetBit.Spec, GetBit.Spec, BitCount.Spec, BitPos.Spec, BitOp.Spec,
        Get.Spec, GetRange.Spec, GetRange.Substr, Set.Spec, StrLen.Spec,
        Exists.Spec, Delete.Del, Delete.Unlink, TypeOf.Spec, Rename.Spec, Rename.IfMissing, Copy.Spec,
        Expire.Seconds, Expire.Milliseconds, Expire.AtSeconds, Expire.AtMilliseconds,
        TimeToLive.Ttl, TimeToLive.Pttl, TimeToLive.ExpireTime, TimeToLive.PexpireTime, Persist.Spec,
        Names.Spec, Scan.Spec, DbSize.Spec, RandomKey.Spec, Flush.Database, Flush.All,
        TransactionCommands.Multi, TransactionCommands.Exec, TransactionCommands.Discard,
        TransactionCommands.Watch, TransactionCommands.Unwatch,
        Ping.Spec, Echo.Spec, Quit.Spec, Select.Spec, Hello.Spec, Auth.Spec, Reset.Spec, Time.Spec,
        Client.Spec, CommandCommand.Spec, Config.Spec, Info.Spec,
        Save.Spec, Save.Background, LastSave.Spec, Shutdown.Spec, Slurp.Spec,
    ]);
}
