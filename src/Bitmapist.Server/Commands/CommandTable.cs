using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Server.Access;

namespace Bitmapist.Server.Commands;

/// <summary>
/// Every command, declared once, by name and by number. Immutable once made; safe for any number of threads.
/// </summary>
internal sealed class CommandTable
{
    private const int SlotCount = 256; // a power of two, at least twice the number of commands
    private readonly CommandSpec?[] _slots;

    /// <param name="commands">Every command; their places in statistics are given here.</param>
    public CommandTable(IReadOnlyList<CommandSpec> commands)
    {
        Debug.Assert(commands.Count <= SlotCount / 2, "A search in a full table would not end.");
        All = commands;
        ByIndex = Number(commands);
        _slots = FillSlots(commands);
        Catalog = new CommandCatalog([.. ByIndex.Select(Describe)]);
    }

    /// <summary>The commands as rights know them.</summary>
    public CommandCatalog Catalog { get; }

    /// <summary>The commands, in the order of docs/commands.md.</summary>
    public IReadOnlyList<CommandSpec> All { get; }

    /// <summary>Commands and subcommands by their index in statistics.</summary>
    public IReadOnlyList<CommandSpec> ByIndex { get; }

    /// <summary>Number of commands and subcommands.</summary>
    public int Count => ByIndex.Count;

    /// <summary>The command of a name in any case, or null. O(1).</summary>
    public CommandSpec? Find(ReadOnlySpan<byte> name)
    {
        for (int slot = SlotOf(name); _slots[slot] is { } spec; slot = (slot + 1) % SlotCount)
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

    private static List<CommandSpec> Number(IReadOnlyList<CommandSpec> commands)
    {
        var byIndex = new List<CommandSpec>();
        foreach (CommandSpec spec in commands)
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
            spec.FirstKeyUse = KeyUses.Parse(spec.KeyAccess);
            spec.OtherKeyUse = spec.OtherKeyAccess.Length > 0 ? KeyUses.Parse(spec.OtherKeyAccess) : spec.FirstKeyUse;
            byIndex.Add(spec);
        }
    }

    private CatalogEntry Describe(CommandSpec spec)
    {
        CommandSpec? parent = All.FirstOrDefault(container => container != spec && spec.FullName.StartsWith(
            container.Name + "|", StringComparison.Ordinal));
        uint categories = CommandCategories.MaskOf(spec.Categories);
        return new CatalogEntry(spec.FullName, categories, parent?.Index ?? -1, spec.Subcommands.Count > 0);
    }

    private static CommandSpec?[] FillSlots(IReadOnlyList<CommandSpec> commands)
    {
        var slots = new CommandSpec?[SlotCount];
        foreach (CommandSpec spec in commands)
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
