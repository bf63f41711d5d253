using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Rdb;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/dump and restore</summary>
internal static class DumpAndRestore
{
    public static readonly CommandSpec Dump = new("dump", 2, ReadOnly, KeySpec.FirstArgument, RunDump)
    {
        Summary = "Replies a key's value as a payload for RESTORE, of this server or of Redis 7.0 and later.",
        Since = "2.6.0", Categories = "keyspace read slow", KeyAccess = "RO access", Arguments = "key",
        Complexity = "O(bytes)", Tips = ["nondeterministic_output"],
    };

    public static readonly CommandSpec Restore = new(
        "restore", -4, Write | DenyOom, KeySpec.FirstArgument, RunRestore)
    {
        Summary = "Makes a key of a payload that DUMP gave, here or in a Redis up to 7.0; it must be a string.",
        Since = "2.6.0", Categories = "keyspace write slow dangerous", KeyAccess = "OW update",
        Arguments = "key ttl:integer serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:integer] "
            + "[FREQ frequency:integer]",
        Complexity = "O(bytes)",
    };

    private static void RunDump(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryGet(call.Args[1], out StringValue value)) call.Defer(new DumpReply(value));
        else reply.WriteNull();
    }

    private static void RunRestore(CommandContext call, RespWriter reply)
    {
        if (!TryReadOptions(call, reply, out RestoreOptions options)) return;
        ArgumentList args = call.Args;
        if (options.Condition == SetCondition.IfMissing && call.Session.TryPeek(args[1], out _, out _))
            call.Fail(reply, Errors.BusyKey);
        else if (!args.TryGetInteger(2, out long time)) call.Fail(reply, Errors.NotAnInteger);
        else if (time < 0) call.Fail(reply, "ERR Invalid TTL value, must be >= 0"u8);
        else Put(call, reply, options, time);
    }

    private static void Put(CommandContext call, RespWriter reply, RestoreOptions options, long time)
    {
        ReadOnlyMemory<byte> name = call.Args.Memory(1), payload = call.Args.Memory(3);
        long expiresAt = time == 0 || options.IsAbsolute ? time : unchecked(call.Session.NowUnixMs + time);
        var restoring = new RestoreReply(call, name, payload, expiresAt, options);
        // What a short payload expands to may be long.
        if (!call.IsInTransaction && RdbPayload.MeasureBytes(payload) > ServerLimits.InlineRequestBytes)
            call.Defer(restoring);
        else if (restoring.Restore() is { Length: > 0 } error) call.Fail(reply, error);
        else reply.WriteOk();
    }

    private static bool TryReadOptions(CommandContext call, RespWriter reply, out RestoreOptions options)
    {
        ArgumentList args = call.Args;
        options = new RestoreOptions { Condition = SetCondition.IfMissing };
        for (int i = 4; i < args.Count; i++)
        {
            bool isLast = i + 1 == args.Count;
            ReadOnlySpan<byte> error = default;
            if (args.Is(i, "replace"u8)) options.Condition = SetCondition.Always;
            else if (args.Is(i, "absttl"u8)) options.IsAbsolute = true;
            else if (args.Is(i, "idletime"u8) && !isLast && !options.HasFrequency)
                error = ReadIdleTime(args, ++i, ref options);
            else if (args.Is(i, "freq"u8) && !isLast && options.IdleSeconds is null)
                error = ReadFrequency(args, ++i, ref options);
            else error = Errors.Syntax;
            if (error.IsEmpty) continue;
            call.Fail(reply, error);
            return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> ReadIdleTime(ArgumentList args, int index, scoped ref RestoreOptions options)
    {
        if (!args.TryGetInteger(index, out long seconds)) return Errors.NotAnInteger;
        if (seconds < 0) return "ERR Invalid IDLETIME value, must be >= 0"u8;
        options.IdleSeconds = seconds;
        return default;
    }

    private static ReadOnlySpan<byte> ReadFrequency(ArgumentList args, int index, scoped ref RestoreOptions options)
    {
        if (!args.TryGetInteger(index, out long frequency)) return Errors.NotAnInteger;
        if (frequency is < 0 or > 255) return "ERR Invalid FREQ value, must be >= 0 and <= 255"u8;
        options.HasFrequency = true;
        return default;
    }
}

/// <summary>How RESTORE makes a key.</summary>
internal struct RestoreOptions
{
    /// <summary>Not REPLACE: only a missing one.</summary>
    public SetCondition Condition;

    /// <summary>ABSTTL</summary>
    public bool IsAbsolute;

    /// <summary>IDLETIME; null: not given.</summary>
    public long? IdleSeconds;

    /// <summary>FREQ was given, which nothing here counts.</summary>
    public bool HasFrequency;
}

/// <summary>A RESTORE whose payload becomes a long string: done on another thread.</summary>
internal sealed class RestoreReply(
    CommandContext call,
    ReadOnlyMemory<byte> name,
    ReadOnlyMemory<byte> payload,
    long expiresAt,
    RestoreOptions options) : DeferredReply
{
    private readonly Engine.Keyspace.Session _session = call.Session;
    private readonly State.ServerState _server = call.Server;

    public override long Cost => ServerLimits.InlineChunks + 1;

    /// <summary>Does it; the error, or nothing.</summary>
    public byte[] Restore()
    {
        switch (RdbPayload.TryRead(payload, out StringValue value))
        {
            case PayloadDefect.Footer:
                return "ERR DUMP payload version or checksum are wrong"u8.ToArray();
            case PayloadDefect.Format:
                return "ERR Bad data format"u8.ToArray();
        }

        long idle = options.IdleSeconds ?? 0;
        return _session.Restore(name.Span, value, expiresAt, options.Condition, idle) ? [] : Errors.BusyKey.ToArray();
    }

    protected override void Compute()
    {
        if (Restore() is { Length: > 0 } error) Fail(_server, error);
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteOk();
        return false;
    }
}

/// <summary>A value as a payload, made as it is written.</summary>
internal sealed class DumpReply(StringValue value) : DeferredReply
{
    private const int FrameBytes = 64;
    private const int BytesPerChunk = 1024; // compressing so many takes a chunk's time
    private StringDump? _dump;
    private bool _hasBegun;

    public override long Cost => value.Cost + (value.LengthBytes / BytesPerChunk);

    public override long LengthBytes => (_dump?.LengthBytes ?? value.LengthBytes) + FrameBytes;

    public override bool IsForItselfAlone => true;

    public override Task? Preparation(BackgroundThreads workers) => value.Pending.PrepareAsync(workers);

    protected override void Compute()
    {
        value.Pending.Force();
        _dump = new StringDump(value);
    }

    protected override bool WritePiece(RespWriter reply)
    {
        if (!_hasBegun) reply.WriteBulkHeader(_dump!.LengthBytes);
        _hasBegun = true;
        int count = _dump!.Read(reply.RawSpan(ServerLimits.StreamPieceBytes)[..ServerLimits.StreamPieceBytes]);
        reply.AdvanceRaw(count);
        if (count > 0) return true;
        reply.WriteBulkEnd();
        return false;
    }
}
