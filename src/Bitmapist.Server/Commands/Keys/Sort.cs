using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>
/// redis.io/commands/sort and sort_ro, which sort lists and sets: of those there are none, so a key is a string, which
/// has Redis's error, or missing, and then there is nothing to sort.
/// </summary>
internal static class Sort
{
    private const string ByNotes = "For the optional BY/GET keyword. It is marked 'unknown' because the key names "
        + "derive from the content of the key we sort";

    private const string StoreNotes = "For the optional STORE keyword. It is marked 'unknown' because the keyword can "
        + "appear anywhere in the argument array";

    private const string Options = "key [BY pattern:pattern] [LIMIT offset:integer count:integer] "
        + "[(GET pattern:pattern)...] [ASC | DESC] [ALPHA]";

    /// <remarks>The key behind STORE may be anywhere: a transaction holds every shard for it.</remarks>
    public static readonly CommandSpec Spec = new(
        "sort", -2, Write | DenyOom | WholeKeyspace, KeySpec.FirstArgument, RunSort)
    {
        Summary = "Replies an empty list for a missing key; a string is of the wrong type.",
        Categories = "write set sortedset list slow dangerous", KeyAccess = "RO access",
        MovableKeys = [(ByNotes, "RO access"), (StoreNotes, "OW update")], WrittenKeyOf = DestinationOf,
        Arguments = Options + " [STORE destination:key]",
    };

    public static readonly CommandSpec ReadOnlySpec = new("sort_ro", -2, ReadOnly, KeySpec.FirstArgument, RunReadOnly)
    {
        Summary = "Replies an empty list for a missing key; a string is of the wrong type.",
        Since = "7.0.0", Categories = "read set sortedset list slow dangerous", KeyAccess = "RO access",
        MovableKeys = [(ByNotes, "RO access")], Arguments = Options,
    };

    private static void RunSort(CommandContext call, RespWriter reply)
    {
        if (!TryRead(call, reply, mayStore: true, out int destination)) return;
        if (destination == 0) ReplyNothing(call, reply);
        else if (call.Session.TryDeleteInstead(call.Args[1], call.Args[destination])) reply.WriteInteger(0);
        else call.Fail(reply, Errors.WrongType);
    }

    private static void RunReadOnly(CommandContext call, RespWriter reply)
    {
        if (TryRead(call, reply, mayStore: false, out _)) ReplyNothing(call, reply);
    }

    private static void ReplyNothing(CommandContext call, RespWriter reply)
    {
        if (call.Session.Exists(call.Args[1])) call.Fail(reply, Errors.WrongType);
        else reply.WriteArrayHeader(0);
    }

    /// <summary>What is behind the last STORE of a well-formed call; 0: nothing.</summary>
    private static int DestinationOf(ArgumentList args)
    {
        int destination = 0;
        for (int i = 2; i < args.Count; i++)
        {
            int left = args.Count - i - 1;
            if (args.Is(i, "asc"u8) || args.Is(i, "desc"u8) || args.Is(i, "alpha"u8)) continue;
            if ((args.Is(i, "by"u8) || args.Is(i, "get"u8)) && left >= 1) i++;
            else if (args.Is(i, "store"u8) && left >= 1) destination = ++i;
            else if (args.Is(i, "limit"u8) && left >= 2) i += 2;
            else break;
        }

        return destination;
    }

    /// <summary>Reads the options; only that of STORE makes a difference.</summary>
    private static bool TryRead(CommandContext call, RespWriter reply, bool mayStore, out int destination)
    {
        ArgumentList args = call.Args;
        destination = 0;
        for (int i = 2; i < args.Count; i++)
        {
            int left = args.Count - i - 1;
            if (args.Is(i, "asc"u8) || args.Is(i, "desc"u8) || args.Is(i, "alpha"u8)) continue;
            if ((args.Is(i, "by"u8) || args.Is(i, "get"u8)) && left >= 1)
            {
                i++;
            }
            else if (mayStore && args.Is(i, "store"u8) && left >= 1)
            {
                destination = ++i;
            }
            else if (args.Is(i, "limit"u8) && left >= 2)
            {
                if (!args.TryGetInteger(++i, out _) || !args.TryGetInteger(++i, out _))
                {
                    call.Fail(reply, Errors.NotAnInteger);
                    return false;
                }
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return false;
            }
        }

        return true;
    }
}
