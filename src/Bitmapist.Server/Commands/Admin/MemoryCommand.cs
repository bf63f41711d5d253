using System.Globalization;
using System.Runtime;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/memory-usage and its siblings</summary>
internal static class MemoryCommand
{
    private static readonly string[] s_doctorTips =
        ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"];

    public static readonly CommandSpec Spec = Containers.Declare("memory", CommandFlags.None) with
    {
        Summary = "A container for commands about memory.",
        Group = "server", Since = "4.0.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("usage", -3, ReadOnly, RunUsage, "Replies the bytes of memory that a key occupies.") with
            {
                Keys = new KeySpec(2, 2, 1), Categories = "read slow", KeyAccess = "RO",
                Arguments = "key [SAMPLES count:integer]", Complexity = "O(chunks of 65,536 bits)",
            },
            Declare("stats", 2, WholeKeyspace, RunStats, "Replies what occupies memory.") with
            {
                Tips = s_doctorTips, Complexity = "O(connections + shards × databases)",
            },
            Declare("doctor", 2, CommandFlags.None, RunDoctor, "Tells in words what occupies memory.") with
            {
                Tips = s_doctorTips,
            },
            Declare("malloc-stats", 2, CommandFlags.None, RunHeap, "Replies figures of the managed heap.") with
            {
                Tips = s_doctorTips,
            },
            Declare("purge", 2, CommandFlags.None, RunPurge, "Gives memory that is not used back to the system.") with
            {
                Tips = ["request_policy:all_shards", "response_policy:all_succeeded"], Complexity = "O(heap)",
            },
            Containers.Help("memory") with { Since = "4.0.0", Group = "server", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(
        string name, int arity, CommandFlags flags, CommandRunner run, string summary) =>
        new(name, arity, flags, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "4.0.0", Categories = "slow",
        };

    /// <summary>SAMPLES is read and makes no difference: a string is counted whole.</summary>
    private static void RunUsage(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        for (int i = 3; i < args.Count; i += 2)
        {
            if (!args.Is(i, "samples"u8) || i + 1 == args.Count)
            {
                call.Fail(reply, Errors.Syntax);
                return;
            }

            if (!args.TryGetInteger(i + 1, out long samples))
            {
                call.Fail(reply, Errors.NotAnInteger);
                return;
            }

            if (samples < 0)
            {
                call.Fail(reply, Errors.Syntax);
                return;
            }
        }

        if (call.Session.MemoryBytes(args[2]) is { } bytes) reply.WriteInteger(bytes);
        else reply.WriteNull();
    }

    private static void RunStats(CommandContext call, RespWriter reply)
    {
        MemoryFigures figures = MemoryFigures.Read();
        List<DatabaseCounts> databases = call.Session.CountByDatabase();
        long keys = databases.Sum(database => database.Keys);
        long clients = call.Server.Clients.InOrder.Sum(client => client.HeldBytes);
        long data = call.Server.Persistence?.MemoryBytes ?? call.Server.Store.Statistics().ResidentBytes;
        (string Name, long Value)[] first =
        [
            ("peak.allocated", figures.Peak), ("total.allocated", figures.Used), ("replication.backlog", 0),
            ("clients.slaves", 0), ("clients.normal", clients), ("cluster.links", 0), ("lua.caches", 0),
            ("functions.caches", 0), ("keys.count", keys), ("keys.bytes-per-key", keys == 0 ? 0 : data / keys),
            ("dataset.bytes", data), ("overhead.total", Math.Max(0, figures.Used - data)),
            ("allocator.allocated", figures.Used), ("allocator.active", figures.Committed),
            ("allocator.resident", figures.Resident),
            ("allocator-fragmentation.bytes", figures.Committed - figures.Used),
            ("allocator-rss.bytes", figures.Resident - figures.Committed),
            ("fragmentation.bytes", figures.Resident - figures.Used),
        ];
        (string Name, double Value)[] ratios =
        [
            ("dataset.percentage", 100.0 * data / figures.Used),
            ("peak.percentage", 100.0 * figures.Used / figures.Peak),
            ("allocator-fragmentation.ratio", (double)figures.Committed / figures.Used),
            ("allocator-rss.ratio", (double)figures.Resident / figures.Committed),
            ("fragmentation", (double)figures.Resident / figures.Used),
        ];
        reply.WriteMapHeader(first.Length + ratios.Length);
        foreach ((string name, long value) in first)
        {
            reply.WriteBulkString(name);
            reply.WriteInteger(value);
        }

        foreach ((string name, double value) in ratios)
        {
            string text = value.ToString("R", CultureInfo.InvariantCulture);
            reply.WriteBulkString(name);
            if (reply.Version == RespVersion.Resp3) reply.WriteRaw(Encoding.ASCII.GetBytes($",{text}\r\n"));
            else reply.WriteBulkString(text);
        }
    }

    private static void RunDoctor(CommandContext call, RespWriter reply)
    {
        MemoryFigures figures = MemoryFigures.Read();
        long max = call.Server.Persistence?.MemoryBytesMax ?? 0;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"The managed heap holds {figures.Used} bytes, garbage included; " +
            $"the process occupies {figures.Resident}.\n");
        if (max > 0 && call.Server.Persistence!.MemoryBytes > max)
            text.Append("Resident keys occupy more than maxmemory: keys are evicted as fast as they are saved.\n");
        if (figures.Resident > 2 * figures.Used && figures.Resident > 256L << 20)
            text.Append("More than half of what the process occupies is not in use: MEMORY PURGE gives it back.\n");
        reply.WriteVerbatimString("txt"u8, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static void RunHeap(CommandContext call, RespWriter reply)
    {
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        var text = new StringBuilder();
        for (int i = 0; i < heap.GenerationInfo.Length; i++)
        {
            GCGenerationInfo generation = heap.GenerationInfo[i];
            text.Append(
                CultureInfo.InvariantCulture,
                $"generation {i}: {generation.SizeAfterBytes} bytes, " +
                $"{generation.FragmentationAfterBytes} of them free\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"committed: {heap.TotalCommittedBytes} bytes\n");
        text.Append(CultureInfo.InvariantCulture, $"pinned objects: {heap.PinnedObjectsCount}\n");
        text.Append(CultureInfo.InvariantCulture, $"collections: {heap.Index}\n");
        reply.WriteVerbatimString("txt"u8, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static void RunPurge(CommandContext call, RespWriter reply) => call.Defer(new PurgeReply());

    private sealed class PurgeReply : DeferredReply
    {
        public override long Cost => long.MaxValue; // it takes long, and stops other threads for moments only

        protected override void Compute()
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        protected override bool WritePiece(RespWriter reply)
        {
            reply.WriteOk();
            return false;
        }
    }
}

/// <summary>What the process has of memory, in bytes.</summary>
/// <param name="Used">The managed heap, garbage that is not collected yet included.</param>
/// <param name="Committed">What the heap has of the system.</param>
/// <param name="Resident">What the process occupies.</param>
/// <param name="Peak">The most it has occupied.</param>
internal readonly record struct MemoryFigures(long Used, long Committed, long Resident, long Peak)
{
    public static MemoryFigures Read()
    {
        long used = Math.Max(1, GC.GetTotalMemory(forceFullCollection: false));
        long resident = Environment.WorkingSet;
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        long peak = Math.Max(process.PeakWorkingSet64, Math.Max(resident, used));
        // Before the first collection the collector knows nothing of what it has.
        long committed = Math.Max(used, GC.GetGCMemoryInfo().TotalCommittedBytes);
        return new MemoryFigures(used, committed, resident, peak);
    }
}
