using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-reply, client-pause, client-no-evict and their siblings</summary>
internal static class ClientModesCommands
{
    public static void RunReply(CommandContext call, RespWriter reply)
    {
        if (call.Args.Is(2, "on"u8))
        {
            call.Client.Modes &= ~ClientModes.Silent;
            call.Defer(new PlainReply("OK")); // written where replies go from now on
        }
        else if (call.Args.Is(2, "off"u8))
        {
            call.Client.Modes |= ClientModes.NoReplies;
        }
        else if (!call.Args.Is(2, "skip"u8))
        {
            call.Fail(reply, Errors.Syntax);
        }
        else if ((call.Client.Modes & ClientModes.NoReplies) == 0)
        {
            call.Client.Modes |= ClientModes.SkipAfterThis;
        }
    }

    public static void RunNoEvict(CommandContext call, RespWriter reply) =>
        Switch(call, reply, ClientModes.NoEvict);

    public static void RunNoTouch(CommandContext call, RespWriter reply)
    {
        Switch(call, reply, ClientModes.NoTouch);
        call.Session.IsTouching = (call.Client.Modes & ClientModes.NoTouch) == 0;
    }

    public static void RunPause(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        bool isForAll = true;
        if (args.Count > 3)
        {
            isForAll = args.Is(3, "all"u8);
            if (args.Count > 4 || (!isForAll && !args.Is(3, "write"u8)))
            {
                call.Fail(reply, "ERR CLIENT PAUSE mode must be WRITE or ALL"u8);
                return;
            }
        }

        if (!TryGetTimeout(call, reply, 2, out long milliseconds)) return;
        call.Server.Pause.Begin(milliseconds, isForAll);
        reply.WriteOk();
    }

    public static void RunUnpause(CommandContext call, RespWriter reply)
    {
        call.Server.Pause.End();
        reply.WriteOk();
    }

    public static void RunUnblock(CommandContext call, RespWriter reply)
    {
        bool isError = false;
        if (call.Args.Count > 3)
        {
            isError = call.Args.Is(3, "error"u8);
            if (!isError && !call.Args.Is(3, "timeout"u8))
            {
                call.Fail(reply, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"u8);
                return;
            }
        }

        if (!call.Args.TryGetInteger(2, out long id)) call.Fail(reply, Errors.NotAnInteger);
        else reply.WriteInteger(call.Server.Clients.Find(id)?.Blocking?.TrySetResult(isError) == true ? 1 : 0);
    }

    /// <summary>Reads a time in milliseconds as Redis reads one; fails the call when it is none.</summary>
    public static bool TryGetTimeout(CommandContext call, RespWriter reply, int index, out long milliseconds)
    {
        if (!call.Args.TryGetInteger(index, out milliseconds))
            call.Fail(reply, "ERR timeout is not an integer or out of range"u8);
        else if (milliseconds < 0) call.Fail(reply, "ERR timeout is negative"u8);
        else return true;
        return false;
    }

    private static void Switch(CommandContext call, RespWriter reply, ClientModes mode)
    {
        bool isOn = call.Args.Is(2, "on"u8);
        if (!isOn && !call.Args.Is(2, "off"u8))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        if (isOn) call.Client.Modes |= mode;
        else call.Client.Modes &= ~mode;
        reply.WriteOk();
    }
}

/// <summary>A short reply that is written after its command has run, to where replies go then.</summary>
internal sealed class PlainReply(string text) : DeferredReply
{
    public override long Cost => 0;

    protected override void Compute()
    {
        // There is nothing to do but to write it later.
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteSimpleString(text);
        return false;
    }
}
