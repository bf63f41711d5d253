using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>redis.io/commands/mget</summary>
internal static class Mget
{
    public static readonly CommandSpec Spec = new("mget", -2, ReadOnly | Fast, KeySpec.AllArguments, Run)
    {
        Summary = "Replies the strings stored at several keys, as of one instant.",
        Group = "string", Categories = "read string fast", KeyAccess = "RO access", Arguments = "key...",
        Complexity = "O(bytes)", Tips = ["request_policy:multi_shard"],
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        call.Defer(new StringsReply(call.Session.GetMany(call.Args.From(1))));
}

/// <summary>Strings as an array of bulk replies, nulls among them; one after the other turns into bytes.</summary>
internal sealed class StringsReply : DeferredReply
{
    private const int NullBytes = 8;
    private readonly StringReply?[] _strings;
    private int _next = -1;

    public StringsReply(StringValue?[] values)
    {
        _strings = Array.ConvertAll(
            values, static value => value is { } found ? new StringReply(StringSlice.Whole(found)) : null);
    }

    public override long Cost => Sum(static reply => reply?.Cost ?? 0);

    public override long LengthBytes => Sum(static reply => reply?.LengthBytes ?? NullBytes);

    public override long HeldBytes => Sum(static reply => reply?.HeldBytes ?? 0);

    public override bool IsForItselfAlone => true;

    public override Task? Preparation(BackgroundThreads workers)
    {
        List<Task>? tasks = null;
        foreach (StringReply? reply in _strings)
            if (reply?.Preparation(workers) is { } task) (tasks ??= []).Add(task);
        return tasks is null ? null : Task.WhenAll(tasks);
    }

    protected override void Compute()
    {
        foreach (StringReply? reply in _strings) reply?.MakeReady();
    }

    protected override bool WritePiece(RespWriter reply)
    {
        if (_next < 0)
        {
            reply.WriteArrayHeader(_strings.Length);
            _next = 0;
        }

        // One long string at a time; many short ones together.
        for (long written = 0; _next < _strings.Length && written < Settings.ServerLimits.StreamPieceBytes; _next++)
        {
            if (_strings[_next] is not { } text)
            {
                reply.WriteNull();
                written += NullBytes;
                continue;
            }

            if (text.WriteNext(reply)) return true;
            written += text.LengthBytes;
            _strings[_next] = null; // written: nothing needs it any more
        }

        return _next < _strings.Length;
    }

    private long Sum(Func<StringReply?, long> of)
    {
        long sum = 0;
        foreach (StringReply? reply in _strings) sum += of(reply);
        return sum;
    }
}
