using Bitmapist.Server.Commands;
using Bitmapist.Server.Dispatch;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Server.Tests.Dispatch;

public sealed class CommandReferenceTests
{
    [Fact]
    public void The_reference_in_docs_is_what_the_declarations_say()
    {
        string path = Path.Combine(RepositoryFiles.Root, "docs", "commands.md");
        string expected = CommandReference.Write();
        if (Environment.GetEnvironmentVariable("BITMAPIST_WRITE_DOCS") == "1") File.WriteAllText(path, expected);
        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void Every_command_is_in_the_reference()
    {
        string reference = CommandReference.Write();
        foreach (CommandSpec spec in CommandList.Table.ByIndex.Where(spec => spec.Subcommands.Count == 0))
        {
            string name = spec.FullName.Replace('|', ' ').ToUpperInvariant();
            Assert.Contains($"| `{name}", reference, StringComparison.Ordinal);
        }
    }
}
