using System.Text;
using Bitmapist.Engine;
using Bitmapist.Engine.Saving;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/save and bgsave. SAVE keeps only its own client waiting.</summary>
internal static class Save
{
    private const CommandFlags Flags = CommandFlags.Admin | NoScript | NoAsyncLoading;

    public static readonly CommandSpec Spec = new("save", 1, Flags | NoMulti, KeySpec.None, RunForeground)
    {
        Summary = "Saves what changed to the database file, and replies when that is done.",
        Group = "server", Categories = "admin slow dangerous", Complexity = "O(changed keys)",
    };

    public static readonly CommandSpec Background = new("bgsave", -1, Flags, KeySpec.None, RunBackground)
    {
        Summary = "Saves what changed to the database file, or all to a file beside it, in the background.",
        Group = "server", Categories = "admin slow dangerous", Complexity = "O(1)",
        Arguments = "[SCHEDULE | TO file:string]",
    };

    private static void RunForeground(CommandContext call, RespWriter reply)
    {
        if (call.Server.Persistence is not { } persistence) reply.WriteOk();
        else if (persistence.IsSaving) call.Fail(reply, Errors.SaveInProgress);
        else call.Defer(new SaveReply(call, persistence));
    }

    private static void RunBackground(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 3 && args.Is(1, "to"u8)) RunBackup(call, reply);
        else if (args.Count > 2 || (args.Count == 2 && !args.Is(1, "schedule"u8))) call.Fail(reply, Errors.Syntax);
        else if (call.Server.Persistence?.TryStartSave() == false) call.Fail(reply, Errors.SaveInProgress);
        else reply.WriteSimpleString("Background saving started"u8);
    }

    private static void RunBackup(CommandContext call, RespWriter reply)
    {
        string name = Encoding.Latin1.GetString(call.Args[2]);
        if (call.Server.Persistence is null) call.Fail(reply, "ERR this server keeps no database file"u8);
        else if (call.Server.Backups.PathOf(name, out string reason) is not { } path)
            call.Fail(reply, Encoding.ASCII.GetBytes($"ERR {reason}"));
        else if (call.Server.Backups.TryStart(path) is null) call.Fail(reply, Errors.SaveInProgress);
        else reply.WriteSimpleString("Background saving started"u8);
    }

    private sealed class SaveReply(CommandContext call, PersistentKeyspace persistence) : DeferredReply
    {
        private Task<Exception?>? _saving;
        private Exception? _failure;

        public override long Cost => long.MaxValue; // it waits for a disk

        public override Task Preparation(BackgroundThreads workers) => _saving = Task.Run(persistence.SaveAsync);

        protected override void Compute() =>
            _failure = (_saving ?? persistence.SaveAsync()).GetAwaiter().GetResult();

        protected override bool WritePiece(RespWriter reply)
        {
            if (_failure is null) reply.WriteOk();
            else call.Fail(reply, Errors.SaveFailed);
            return false;
        }
    }
}

/// <summary>redis.io/commands/lastsave</summary>
internal static class LastSave
{
    public static readonly CommandSpec Spec = new("lastsave", 1, Loading | Stale | Fast, KeySpec.None, Run)
    {
        Summary = "Replies the unix time in seconds of the last save that succeeded, or of the start.",
        Group = "server", Categories = "admin fast dangerous", Tips = ["nondeterministic_output"],
    };

    private static void Run(CommandContext call, RespWriter reply) => reply.WriteInteger(
        call.Server.Persistence?.LastSaveUnixSeconds ?? call.Server.StartedAtUnixMs / 1000);
}
