using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/scan</summary>
internal static class Scan
{
    private const int CountDefault = 10;

    public static readonly CommandSpec Spec = new("scan", -2, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Visits the names of all keys step by step.",
        Since = "2.8.0", Categories = "keyspace read slow", Complexity = "O(count) a call",
        Arguments = "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]",
        Tips = ["nondeterministic_output", "request_policy:special"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!TryReadCursor(call.Args[1], out ulong cursor)) call.Fail(reply, Errors.InvalidCursor);
        else if (TryReadOptions(call, reply, out int count, out int patternArgument, out bool wantsStrings))
            Visit(call, reply, cursor, count, patternArgument, wantsStrings);
    }

    /// <summary>A long step, taken on another thread; not within a transaction, whose instant it must see.</summary>
    private sealed class ScanReply(
        CommandContext call, ulong cursor, int count, GlobPattern? pattern, bool wantsStrings)
        : DeferredReply
    {
        private readonly List<byte[]> _names = [];
        private bool _hasHead;
        private NameList? _list;
        private ulong _next;

        public override long Cost => count;

        public override long LengthBytes => _list?.LengthBytes ?? long.MaxValue;

        public override long HeldBytes => _list?.LengthBytes ?? 0;

        protected override void Compute()
        {
            _next = Step(call, cursor, count, pattern, wantsStrings, _names);
            _list = new NameList(_names);
        }

        protected override bool WritePiece(RespWriter reply)
        {
            if (!_hasHead) WriteHead(reply, _next);
            _hasHead = true;
            return _list!.WriteNext(reply);
        }
    }

    private static void Visit(
        CommandContext call, RespWriter reply, ulong cursor, int count, int patternArgument, bool wantsStrings)
    {
        GlobPattern? pattern = null;
        if (patternArgument != 0 && !GlobPattern.TryCompile(call.Args[patternArgument], out pattern))
        {
            call.Fail(reply, Errors.PatternTooLong);
            return;
        }

        int inlineMax = Math.Max(1, ServerLimits.InlineArguments / (pattern?.StepsPerByte ?? 1));
        if (count > inlineMax && !call.IsInTransaction)
        {
            call.Defer(new ScanReply(call, cursor, count, pattern, wantsStrings));
            return;
        }

        // With a transaction's shards held a step is a short one, whatever was asked for: COUNT is a hint.
        count = Math.Min(count, inlineMax);

        var names = new List<byte[]>();
        ulong next = Step(call, cursor, count, pattern, wantsStrings, names);
        WriteHead(reply, next);
        var list = new NameList(names);
        while (list.WriteNext(reply)) continue;
    }

    private static ulong Step(
        CommandContext call, ulong cursor, int count, GlobPattern? pattern, bool wantsStrings, List<byte[]> names)
    {
        ulong next = call.Session.Scan(cursor, pattern?.LiteralPrefix, count, names);
        if (!wantsStrings) names.Clear();
        if (pattern is not null) names.RemoveAll(name => !pattern.IsMatch(name));
        return next;
    }

    private static void WriteHead(RespWriter reply, ulong next)
    {
        reply.WriteArrayHeader(2);
        reply.WriteBulkInteger((long)next);
    }

    private static bool TryReadOptions(
        CommandContext call, RespWriter reply, out int count, out int patternArgument, out bool wantsStrings)
    {
        ArgumentList args = call.Args;
        count = CountDefault;
        patternArgument = 0;
        wantsStrings = true;
        for (int i = 2; i < args.Count; i += 2)
        {
            bool hasValue = i + 1 < args.Count;
            if (hasValue && args.Is(i, "count"u8))
            {
                if (!args.TryGetInteger(i + 1, out long given))
                {
                    call.Fail(reply, Errors.NotAnInteger);
                    return false;
                }

                if (given < 1)
                {
                    call.Fail(reply, Errors.Syntax);
                    return false;
                }

                count = (int)Math.Min(given, int.MaxValue / 2);
            }
            else if (hasValue && args.Is(i, "match"u8))
            {
                patternArgument = i + 1;
            }
            else if (hasValue && args.Is(i, "type"u8))
            {
                wantsStrings = args.Is(i + 1, "string"u8);
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Reads a cursor as strtoul does, which Redis uses: nothing at all is 0, a sign is taken, a negative number counts
    /// modulo 2^64.
    /// </summary>
    private static bool TryReadCursor(ReadOnlySpan<byte> text, out ulong cursor)
    {
        cursor = 0;
        if (text.IsEmpty) return true;
        bool isNegative = text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = isNegative || text[0] == (byte)'+' ? text[1..] : text;
        if (digits.IsEmpty) return false;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            uint value = (uint)(digit - '0');
            if (cursor > (ulong.MaxValue - value) / 10) return false;
            cursor = (cursor * 10) + value;
        }

        if (isNegative) cursor = unchecked(0 - cursor);
        return true;
    }
}
