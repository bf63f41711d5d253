using System.Runtime.InteropServices;
using Bitmapist.Server.Commands.Admin;
using Bitmapist.Server.Commands.Bits;
using Bitmapist.Server.Commands.Connection;
using Bitmapist.Server.Commands.Keys;

namespace Bitmapist.Server.Commands;

/// <summary>Every command, declared once. Immutable after start; safe for any number of threads.</summary>
internal static class CommandTable
{
    /// <summary>The commands, in the order of docs/commands.md.</summary>
    public static readonly IReadOnlyList<CommandSpec> All =
    [
        SetBit.Spec, GetBit.Spec, BitCount.Spec, BitPos.Spec, BitOp.Spec,
        Get.Spec, GetRange.Spec, GetRange.Substr, Set.Spec, StrLen.Spec,
        Exists.Spec, Delete.Del, Delete.Unlink, TypeOf.Spec, Rename.Spec, Rename.IfMissing, Copy.Spec,
        Expire.Seconds, Expire.Milliseconds, Expire.AtSeconds, Expire.AtMilliseconds,
        TimeToLive.Ttl, TimeToLive.Pttl, TimeToLive.ExpireTime, TimeToLive.PexpireTime, Persist.Spec,
        Names.Spec, Scan.Spec, DbSize.Spec, RandomKey.Spec, Flush.Database, Flush.All,
        Multi.Spec, Exec.Spec, Discard.Spec, Watch.Spec, Watch.Unwatch,
        Ping.Spec, Echo.Spec, Quit.Spec, Select.Spec, Hello.Spec, Auth.Spec, Reset.Spec, Time.Spec,
        Client.Spec, CommandCommand.Spec, Config.Spec, Info.Spec,
        Save.Spec, Save.Background, LastSave.Spec, Shutdown.Spec, Slurp.Spec,
    ];

    /// <summary>Commands and subcommands by their index in statistics.</summary>
    public static readonly IReadOnlyList<CommandSpec> ByIndex = Number();

    private const int SlotCount = 256; // a power of two, at least twice the number of commands
    private static readonly CommandSpec?[] s_slots = FillSlots();

    /// <summary>The command of a name in any case, or null. O(1).</summary>
    public static CommandSpec? Find(ReadOnlySpan<byte> name)
    {
        for (int slot = SlotOf(name); s_slots[slot] is { } spec; slot = (slot + 1) % SlotCount)
            if (System.Text.Ascii.EqualsIgnoreCase(name, spec.Name)) return spec;
        return null;
    }

    /// <summary>The subcommand of a container, or null.</summary>
    public static CommandSpec? FindSubcommand(CommandSpec container, ReadOnlySpan<byte> name)
    {
        foreach (CommandSpec spec in container.Subcommands)
            if (System.Text.Ascii.EqualsIgnoreCase(name, spec.Name)) return spec;
        return null;
    }

    private static List<CommandSpec> Number()
    {
        var byIndex = new List<CommandSpec>();
        foreach (CommandSpec spec in All)
        {
            Add(spec);
            foreach (CommandSpec subcommand in spec.Subcommands)
            {
                subcommand.FullName = $"{spec.Name}|{subcommand.Name}";
                Add(subcommand);
            }
        }

        return byIndex;

        void Add(CommandSpec spec)
        {
            spec.Index = byIndex.Count;
            byIndex.Add(spec);
        }
    }

    private static CommandSpec?[] FillSlots()
    {
        var slots = new CommandSpec?[SlotCount];
        foreach (CommandSpec spec in All)
        {
            int slot = SlotOf(System.Text.Encoding.ASCII.GetBytes(spec.Name));
            while (slots[slot] is not null) slot = (slot + 1) % SlotCount;
            slots[slot] = spec;
        }

        return slots;
    }

    /// <summary>Hashes the length and the first and last four letters, regardless of case.</summary>
    private static int SlotOf(ReadOnlySpan<byte> name)
    {
        const uint LowerCase = 0x2020_2020;
        uint first = name.Length >= 4 ? MemoryMarshal.Read<uint>(name) : name.IsEmpty ? 0u : name[0];
        uint last = name.Length >= 4 ? MemoryMarshal.Read<uint>(name[^4..]) : name.IsEmpty ? 0u : name[^1];
        uint hash = (((first | LowerCase) * 31) ^ (last | LowerCase) ^ (uint)name.Length) * 0x9E37_79B1;
        return (int)(hash >> 24) % SlotCount;
    }
}
