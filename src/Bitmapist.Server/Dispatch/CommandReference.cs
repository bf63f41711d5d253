using System.Text;
using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Dispatch;

/// <summary>docs/commands.md: the commands as a reader finds them, made from their declarations.</summary>
internal static class CommandReference
{
    private static readonly (string Group, string Title)[] s_groups =
    [
        ("bitmap", "Bitmaps"), ("bitmapist", "Sets of ids (commands of bitmapist-server alone)"),
        ("string", "Strings"), ("generic", "Keys"), ("transactions", "Transactions"),
        ("pubsub", "Publish and subscribe"), ("connection", "Connections"), ("server", "Server"),
    ];

    /// <summary>The whole document.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Commands

            Made from the commands' declarations in `src/Bitmapist.Server/Commands`; do not edit. A test compares, and
            rewrites this file when `BITMAPIST_WRITE_DOCS=1` is set.

            *Arity* counts the command's name; negative: at least so many. *Keys* are argument positions, the name being
            0. *Since* is the first version of Redis that has it, *Follows* the releases whose replies it gives; where
            it follows none, Redis does not have it, and the version is the server's. The server says that it is
            Redis 7.0.15 in `INFO` and `HELLO`. Any other command is answered with Redis's unknown-command error.

            """);
        foreach ((string group, string title) in s_groups)
        {
            text.Append("\n## ").Append(title).Append("\n\n");
            text.Append("| Command | Arity | Keys | Since | Follows | Complexity | What it does |\n");
            text.Append("|---|---|---|---|---|---|---|\n");
            foreach (CommandSpec spec in CommandList.Table.ByIndex)
            {
                bool isCallable = spec.Subcommands.Count == 0 || spec.Arity == -1;
                if (spec.Group == group && isCallable) AppendRow(text, spec);
            }
        }

        text.Append(
            """

            ## Where replies differ from Redis 7.0

            - `OBJECT ENCODING` and `OBJECT REFCOUNT` go by what a string holds, as Redis does for one that was just
              set. Redis says `raw`, and 1, of one that `APPEND`, `SETRANGE`, `SETBIT`, `BITFIELD` or `BITOP` wrote,
              and `embstr` of an integer that `INCRBYFLOAT` left.
            - `DUMP` compresses with LZF as Redis does, but may choose other matches: the bytes differ, and each
              restores what the other dumped. `RESTORE` answers a payload of another type with `Bad data format`.
            - `BITFIELD` refuses a write that ends beyond offset 2^32 - 1, by up to 63 bits, for which Redis makes a
              string longer than 512 MB. One whose writes all fail (`OVERFLOW FAIL`) and that lengthens the string
              breaks a `WATCH`.
            - `SORT` has nothing to sort: a missing key is an empty list, and a string is of the wrong type.

            ## Where later versions of Redis answer otherwise

            Seen with a build of Redis's branch for version 8; the rows of the tests' tables that say so begin with
            `{7.0}`.

            - `BITCOUNT` and `BITPOS` look at all arguments first: wrong ones are an error for a missing key, too.
            - `GETRANGE` of a range that ends before the string begins is empty; in 7.0 it is the first byte.
            - `SCAN` refuses a negative cursor, an empty one, and a `TYPE` that does not exist.
            - Refusals name the user (`User alice has no permissions …`); `ACL LOG` has a number and times for each
              entry; `ACL LIST` and `ACL GETUSER` show `sanitize-payload`.
            - `HELLO` looks at its options before it logs in; `COMMAND GETKEYS` says what is wrong with a call.
            - `DUMP` writes a later version number; `COMMAND INFO` has other tips and flags for ten commands; `INFO
              keyspace` has another field.

            """);
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, CommandSpec spec)
    {
        string call = $"{spec.FullName.Replace('|', ' ').ToUpperInvariant()} {spec.Syntax}".TrimEnd();
        text.Append("| `").Append(call.Replace("|", "\\|", StringComparison.Ordinal)).Append("` | ");
        text.Append(spec.Arity).Append(" | ").Append(Keys(spec.Keys)).Append(" | ").Append(spec.Since).Append(" | ");
        text.Append(spec.Follows).Append(" | ").Append(spec.Complexity).Append(" | ");
        text.Append(spec.Summary).Append(" |\n");
    }

    private static string Keys(KeySpec keys)
    {
        if (keys.First == 0) return "";
        if (keys.First == keys.Last) return $"{keys.First}";
        return keys.Last < 0 ? $"{keys.First} …" : $"{keys.First} – {keys.Last}";
    }
}
