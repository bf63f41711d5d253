using System.Diagnostics;
using Bitmapist.Server.Parameters;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>
/// INFO memory. "Used" is what the managed heap holds, garbage not yet collected included; "rss" is what the process
/// occupies, its peak is the system's own figure.
/// </summary>
internal static class MemorySection
{
    public static void Write(CommandContext call, InfoText text)
    {
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        long used = GC.GetTotalMemory(forceFullCollection: false);
        long resident = Environment.WorkingSet;
        long peak = Math.Max(PeakResident(), Math.Max(resident, used));
        long clients = call.Server.Clients.InOrder.Sum(client => client.HeldBytes);

        text.AddSize("used_memory", used);
        text.AddSize("used_memory_rss", resident);
        text.AddSize("used_memory_peak", peak);
        text.Add("used_memory_peak_perc", FormattableString.Invariant($"{100.0 * used / peak:F2}%"));
        text.Add("allocator_allocated", used);
        text.Add("allocator_active", heap.TotalCommittedBytes);
        text.Add("allocator_resident", resident);
        text.AddSize("total_system_memory", heap.TotalAvailableMemoryBytes);
        text.AddSize("maxmemory", MaxMemory.BytesOf(call.Server));
        text.Add("maxmemory_policy", "noeviction");
        text.Add("mem_fragmentation_ratio", (double)resident / Math.Max(1, used), decimals: 2);
        text.Add("mem_fragmentation_bytes", resident - used);
        text.Add("mem_clients_slaves", 0);
        text.Add("mem_clients_normal", clients);
        text.Add("mem_allocator", $"dotnet-{Environment.Version}");
        text.Add("active_defrag_running", 0);
        text.Add("lazyfree_pending_objects", 0);
        text.Add("lazyfreed_objects", 0);
    }

    private static long PeakResident()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
