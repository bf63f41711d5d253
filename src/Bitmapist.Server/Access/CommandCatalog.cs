namespace Bitmapist.Server.Access;

/// <summary>
/// The commands as rights know them: names, categories, which is whose subcommand; numbers are those of the command
/// table. Immutable; any thread.
/// </summary>
internal sealed class CommandCatalog(IReadOnlyList<CatalogEntry> entries)
{
    /// <summary>No commands at all: rights can be given to all or none.</summary>
    public static readonly CommandCatalog Empty = new([]);

    private readonly Dictionary<string, int> _byName = entries.Index()
        .ToDictionary(entry => entry.Item.FullName, entry => entry.Index, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<CatalogEntry> Entries => entries;

    /// <summary>The number of a command such as get or config|set, in any case; -1: there is none.</summary>
    public int Find(string fullName) => _byName.GetValueOrDefault(fullName, -1);

    /// <summary>The numbers of a container's subcommands. O(commands).</summary>
    public IEnumerable<int> SubcommandsOf(int container) =>
        Enumerable.Range(0, entries.Count).Where(index => entries[index].Parent == container);
}

/// <summary>A command or subcommand.</summary>
/// <param name="FullName">Lower case; a subcommand's has its container's name and a bar before it.</param>
/// <param name="Categories">As <see cref="CommandCategories.MaskOf"/> has them.</param>
/// <param name="Parent">The number of a subcommand's container; -1 for others.</param>
/// <param name="IsContainer">Whether it has subcommands.</param>
internal sealed record CatalogEntry(string FullName, uint Categories, int Parent, bool IsContainer);
