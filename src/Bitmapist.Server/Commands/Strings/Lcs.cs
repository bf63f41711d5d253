using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>redis.io/commands/lcs</summary>
internal static class Lcs
{
    public static readonly CommandSpec Spec = new("lcs", -3, ReadOnly, KeySpec.FirstTwoArguments, Run)
    {
        Summary = "Replies the longest common subsequence of two strings, its length or its places.",
        Group = "string", Since = "7.0.0", Categories = "read string slow", KeyAccess = "RO access",
        Arguments = "key1:key key2:key [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]",
        Complexity = "O(bytes of one × bytes of the other)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!TryReadOptions(call, reply, out LcsOptions options)) return;
        StringValue?[] values = call.Session.GetMany([call.Args.Memory(1), call.Args.Memory(2)]);
        call.Defer(new LcsReply(
            call.Server, values[0] ?? StringValue.Empty, values[1] ?? StringValue.Empty, options));
    }

    private static bool TryReadOptions(CommandContext call, RespWriter reply, out LcsOptions options)
    {
        ArgumentList args = call.Args;
        options = default;
        for (int i = 3; i < args.Count; i++)
        {
            if (args.Is(i, "idx"u8)) options.WantsPlaces = true;
            else if (args.Is(i, "len"u8)) options.WantsLength = true;
            else if (args.Is(i, "withmatchlen"u8)) options.WantsLengths = true;
            else if (args.Is(i, "minmatchlen"u8) && i + 1 < args.Count)
            {
                if (args.TryGetInteger(++i, out options.LengthMin)) continue;
                call.Fail(reply, Errors.NotAnInteger);
                return false;
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return false;
            }
        }

        if (!options.WantsPlaces || !options.WantsLength) return true;
        call.Fail(reply, "ERR If you want both the length and indexes, please just use IDX."u8);
        return false;
    }
}

/// <summary>What LCS is to reply: the bytes, unless it says otherwise.</summary>
internal struct LcsOptions
{
    /// <summary>IDX</summary>
    public bool WantsPlaces;

    /// <summary>LEN</summary>
    public bool WantsLength;

    /// <summary>WITHMATCHLEN</summary>
    public bool WantsLengths;

    /// <summary>MINMATCHLEN</summary>
    public long LengthMin;
}

/// <summary>The longest common subsequence of two strings, found outside the locks.</summary>
internal sealed class LcsReply(ServerState server, StringValue first, StringValue second, LcsOptions options)
    : DeferredReply
{
    private const long CellsPerChunk = 128; // of the table; a chunk's work is some 250 ns
    private const int CellBytes = 4; // in Redis, whose bound of memory is kept
    private readonly List<CommonRange> _matches = [];
    private byte[] _bytes = [];
    private int _length;

    public override long Cost => first.Cost + second.Cost + (Cells / CellsPerChunk);

    public override long LengthBytes => Math.Max(first.LengthBytes, second.LengthBytes);

    public override bool IsForItselfAlone => true;

    private long Cells => (first.LengthBytes + 1) * (second.LengthBytes + 1);

    public override Task? Preparation(BackgroundThreads workers)
    {
        Task? one = first.Pending.PrepareAsync(workers), other = second.Pending.PrepareAsync(workers);
        return one is null ? other : other is null ? one : Task.WhenAll(one, other);
    }

    protected override void Compute()
    {
        if (Cells > Engine.EngineLimits.StringBytes / CellBytes)
        {
            Fail(server, "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"u8.ToArray());
            return;
        }

        if (first.LengthBytes == 0 || second.LengthBytes == 0) return;
        var common = new CommonSubsequence(Bytes(first), Bytes(second), isTraced: !options.WantsLength);
        _length = common.Length;
        if (options.WantsLength) return;
        _bytes = new byte[_length];
        common.Trace(_bytes, _matches);
        _matches.RemoveAll(match => match.Length < options.LengthMin);
    }

    protected override bool WritePiece(RespWriter reply)
    {
        if (options.WantsPlaces) WritePlaces(reply);
        else if (options.WantsLength) reply.WriteInteger(_length);
        else reply.WriteBulkString(_bytes);
        return false;
    }

    private void WritePlaces(RespWriter reply)
    {
        reply.WriteMapHeader(2);
        reply.WriteBulkString("matches"u8);
        reply.WriteArrayHeader(_matches.Count);
        foreach (CommonRange match in _matches)
        {
            reply.WriteArrayHeader(options.WantsLengths ? 3 : 2);
            WriteRange(reply, match.First, match.Length);
            WriteRange(reply, match.Second, match.Length);
            if (options.WantsLengths) reply.WriteInteger(match.Length);
        }

        reply.WriteBulkString("len"u8);
        reply.WriteInteger(_length);
    }

    private static void WriteRange(RespWriter reply, int start, int length)
    {
        reply.WriteArrayHeader(2);
        reply.WriteInteger(start);
        reply.WriteInteger(start + length - 1);
    }

    private static byte[] Bytes(in StringValue value)
    {
        byte[] bytes = new byte[value.LengthBytes];
        for (int start = 0; start < bytes.Length; start += StringBytes.ChunkBytes)
            StringBytes.CopyTo(
                value.Bits, start, bytes.AsSpan(start, Math.Min(bytes.Length - start, StringBytes.ChunkBytes)));
        return bytes;
    }
}
