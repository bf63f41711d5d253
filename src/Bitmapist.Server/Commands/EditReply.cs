using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands;

/// <summary>How a command replies to a change of a string.</summary>
/// <param name="Error">The error that only the string could tell of; empty: the change was made.</param>
/// <param name="Write">Writes the reply when it was made.</param>
internal sealed record EditOutcome<TEdit>(EditError<TEdit> Error, EditReplyWriter<TEdit> Write)
    where TEdit : StringEdit;

/// <summary>The error of a change that was not made, else nothing.</summary>
internal delegate ReadOnlySpan<byte> EditError<TEdit>(TEdit edit);

/// <summary>Writes the reply of a change that was made.</summary>
internal delegate void EditReplyWriter<TEdit>(TEdit edit, RespWriter reply);

/// <summary>How commands change a string by what it holds.</summary>
internal static class Edits
{
    /// <summary>Makes a change, now or when the string's bits are at hand, and replies.</summary>
    public static void Run<TEdit>(
        this CommandContext call, RespWriter reply, TEdit edit, EditOutcome<TEdit> outcome)
        where TEdit : StringEdit
    {
        if (!edit.TryRun(out PendingBits? unfinished))
        {
            call.Defer(new EditReply<TEdit>(call.Server, edit, unfinished!, outcome));
            return;
        }

        ReadOnlySpan<byte> error = outcome.Error(edit);
        if (error.IsEmpty) outcome.Write(edit, reply);
        else call.Fail(reply, error);
    }
}

/// <summary>
/// A change of a string and its reply, left to be done once the string's bits are at hand: they may be many, and lie in
/// the database file.
/// </summary>
internal sealed class EditReply<TEdit>(
    ServerState server, TEdit edit, PendingBits unfinished, EditOutcome<TEdit> outcome) : DeferredReply
    where TEdit : StringEdit
{
    private PendingBits? _unfinished = unfinished;

    public override long Cost { get; } = unfinished.Cost;

    public override Task? Preparation(BackgroundThreads workers) => _unfinished?.PrepareAsync(workers);

    protected override void Compute()
    {
        _unfinished = null;
        edit.Run();
        ReadOnlySpan<byte> error = outcome.Error(edit);
        if (!error.IsEmpty) Fail(server, error.ToArray());
    }

    protected override bool WritePiece(RespWriter reply)
    {
        outcome.Write(edit, reply);
        return false;
    }
}
