using Bitmapist.Server.Commands;
using Bitmapist.Server.Commands.Admin;
using Bitmapist.Server.Commands.Analytics;
using Bitmapist.Server.Commands.Bits;
using Bitmapist.Server.Commands.Connection;
using Bitmapist.Server.Commands.Keys;
using Bitmapist.Server.Commands.PubSub;
using Bitmapist.Server.Commands.Strings;
using Bitmapist.Server.Commands.Transactions;

namespace Bitmapist.Server.Dispatch;

/// <summary>The commands of this server: what is not listed here does not exist.</summary>
internal static class CommandList
{
    /// <summary>The commands, in the order of docs/commands.md.</summary>
    public static readonly CommandTable Table = new(
    [
        SetBit.Spec, GetBit.Spec, BitCount.Spec, BitPos.Spec, BitOp.Spec, Bitfield.Spec, Bitfield.ReadOnlySpec,
        SetCounts.Card, SetCounts.Jaccard, IdReads.Ids, IdReads.Range, IdReads.Rank, IdReads.Select,
        ExpressionCommand.Spec, CohortCommand.Spec,
        StringReads.Get, StringReads.GetRange, StringReads.Substr, Set.Spec, StringReads.StrLen,
        SetKin.SetEx, SetKin.PsetEx, SetKin.SetNx, SetKin.Mset, SetKin.MsetNx, Mget.Spec, GetAnd.GetDel, GetAnd.GetEx,
        GetAnd.GetSet, BytesCommands.Append, BytesCommands.SetRange,
        Increments.Incr, Increments.Decr, Increments.IncrBy, Increments.DecrBy, Increments.IncrByFloat,
        Lcs.Spec,
        KeyCommands.Exists, KeyCommands.Touch, KeyCommands.Del, KeyCommands.Unlink, KeyCommands.TypeOf,
        ObjectCommand.Spec, Rename.Spec,
        Rename.IfMissing, Copy.Spec, Move.Spec,
        Expire.Seconds, Expire.Milliseconds, Expire.AtSeconds, Expire.AtMilliseconds,
        TimeToLive.Ttl, TimeToLive.Pttl, TimeToLive.ExpireTime, TimeToLive.PexpireTime, KeyCommands.Persist,
        Names.Spec, Scan.Spec, DatabaseCommands.DbSize, KeyCommands.RandomKey,
        Sort.Spec, Sort.ReadOnlySpec, DumpAndRestore.Dump, DumpAndRestore.Restore,
        DatabaseCommands.FlushDatabase,
        DatabaseCommands.FlushAll, DatabaseCommands.SwapDatabases,
        TransactionCommands.Multi, TransactionCommands.Exec, TransactionCommands.Discard, TransactionCommands.Watch,
        TransactionCommands.Unwatch,
        Subscribe.Channels, Subscribe.EndChannels, Subscribe.Patterns, Subscribe.EndPatterns, Subscribe.Shards,
        Subscribe.EndShards, Publish.Spec, Publish.ToShard, PubSubCommand.Spec,
        ConnectionCommands.Ping, ConnectionCommands.Echo, ConnectionCommands.Quit, ConnectionCommands.Select,
        Hello.Spec, Auth.Spec, ConnectionCommands.Reset, ConnectionCommands.Time,
        Wait.Spec, Client.Spec, CommandCommand.Spec, Config.Spec, Acl.Spec, Info.Spec,
        MonitorCommand.Spec, SlowLogCommand.Spec, LatencyCommand.Spec, MemoryCommand.Spec, ServerCommands.Role,
        ServerCommands.Lolwut, ServerCommands.Module, DebugCommand.Spec,
        Save.Spec, Save.Background, ServerCommands.RewriteLog, LastSave.Spec, Shutdown.Spec, Slurp.Spec,
    ]);
}
