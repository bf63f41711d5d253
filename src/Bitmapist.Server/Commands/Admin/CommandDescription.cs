using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// A command in COMMAND INFO: ten elements, of which proxies and cluster clients read the arity, the flags and where
/// the keys are.
/// </summary>
internal static class CommandDescription
{
    public static void Write(CommandSpec spec, RespWriter reply)
    {
        reply.WriteArrayHeader(10);
        reply.WriteBulkString(spec.FullName);
        reply.WriteInteger(spec.Arity);
        reply.WriteSimpleStringSet(CommandFlagNames.Of(spec));
        reply.WriteInteger(spec.Keys.First);
        reply.WriteInteger(spec.Keys.Last);
        reply.WriteInteger(spec.Keys.Step);
        reply.WriteSimpleStringSet(CommandFlagNames.Categories(spec).ConvertAll(category => "@" + category));
        reply.WriteSetHeader(spec.Tips.Count);
        foreach (string tip in spec.Tips) reply.WriteBulkString(tip);
        WriteKeySpecs(spec, reply);
        reply.WriteSetHeader(spec.Subcommands.Count);
        foreach (CommandSpec subcommand in spec.Subcommands) Write(subcommand, reply);
    }

    private static void WriteKeySpecs(CommandSpec spec, RespWriter reply)
    {
        KeySpec keys = spec.Keys;
        if (keys.First == 0)
        {
            reply.WriteSetHeader(0);
        }
        else if (spec.OtherKeyAccess.Length == 0)
        {
            reply.WriteSetHeader(1 + spec.MovableKeys.Count);
            WriteKeySpec(keys, spec.KeyAccess, spec.KeyNotes, reply);
            foreach ((string movableNotes, string access) in spec.MovableKeys)
                WriteMovableKeySpec(access, movableNotes, reply);
        }
        else
        {
            reply.WriteSetHeader(2);
            WriteKeySpec(keys with { Last = keys.First }, spec.KeyAccess, spec.KeyNotes, reply);
            WriteKeySpec(keys with { First = keys.First + keys.Step }, spec.OtherKeyAccess, "", reply);
        }
    }

    private static void WriteMovableKeySpec(string access, string notes, RespWriter reply)
    {
        WriteAccess(access, notes, reply);
        reply.WriteBulkString("begin_search"u8);
        WriteUnknown(reply);
        reply.WriteBulkString("find_keys"u8);
        WriteUnknown(reply);
    }

    private static void WriteUnknown(RespWriter reply)
    {
        reply.WriteMapHeader(2);
        reply.WriteBulkString("type"u8);
        reply.WriteBulkString("unknown"u8);
        reply.WriteBulkString("spec"u8);
        reply.WriteMapHeader(0);
    }

    /// <summary>Opens a key specification, of which begin_search and find_keys are to follow.</summary>
    private static void WriteAccess(string access, string notes, RespWriter reply)
    {
        reply.WriteMapHeader(notes.Length > 0 ? 4 : 3);
        if (notes.Length > 0)
        {
            reply.WriteBulkString("notes"u8);
            reply.WriteBulkString(notes);
        }

        reply.WriteBulkString("flags"u8);
        reply.WriteSimpleStringSet(access.Split(' '));
    }

    /// <summary>
    /// Keys from one argument to another, which is told by its distance unless it counts from the end.
    /// </summary>
    private static void WriteKeySpec(KeySpec keys, string access, string notes, RespWriter reply)
    {
        WriteAccess(access, notes, reply);
        reply.WriteBulkString("begin_search"u8);
        reply.WriteMapHeader(2);
        reply.WriteBulkString("type"u8);
        reply.WriteBulkString("index"u8);
        reply.WriteBulkString("spec"u8);
        reply.WriteMapHeader(1);
        reply.WriteBulkString("index"u8);
        reply.WriteInteger(keys.First);
        reply.WriteBulkString("find_keys"u8);
        reply.WriteMapHeader(2);
        reply.WriteBulkString("type"u8);
        reply.WriteBulkString("range"u8);
        reply.WriteBulkString("spec"u8);
        reply.WriteMapHeader(3);
        reply.WriteBulkString("lastkey"u8);
        reply.WriteInteger(keys.Last < 0 ? keys.Last : keys.Last - keys.First);
        reply.WriteBulkString("keystep"u8);
        reply.WriteInteger(keys.Step);
        reply.WriteBulkString("limit"u8);
        reply.WriteInteger(0);
    }
}

/// <summary>Commands in COMMAND DOCS: from this redis-cli makes its hints and its help.</summary>
internal static class CommandDocumentation
{
    public static void Write(IReadOnlyList<CommandSpec> specs, RespWriter reply)
    {
        reply.WriteMapHeader(specs.Count);
        foreach (CommandSpec spec in specs)
        {
            reply.WriteBulkString(spec.FullName);
            WriteOne(spec, reply);
        }
    }

    private static void WriteOne(CommandSpec spec, RespWriter reply)
    {
        IReadOnlyList<CommandArgument> arguments = ArgumentSyntax.Parse(spec.Arguments);
        reply.WriteMapHeader(4 + (arguments.Count > 0 ? 1 : 0) + (spec.Subcommands.Count > 0 ? 1 : 0));
        WritePair("summary", spec.Summary, reply);
        WritePair("since", spec.Since, reply);
        WritePair("group", spec.Group, reply);
        WritePair("complexity", spec.Complexity, reply);
        if (arguments.Count > 0)
        {
            int keysMax = spec.OtherKeyAccess.Length > 0 ? 2 : 1;
            int keys = 0;
            reply.WriteBulkString("arguments"u8);
            WriteArguments(arguments, keysMax, ref keys, reply);
        }

        if (spec.Subcommands.Count == 0) return;
        reply.WriteBulkString("subcommands"u8);
        Write(spec.Subcommands, reply);
    }

    /// <param name="arguments">What to write.</param>
    /// <param name="keysMax">Number of key specifications, which key arguments refer to in their order.</param>
    /// <param name="keys">Key arguments written so far.</param>
    /// <param name="reply">Where to.</param>
    private static void WriteArguments(
        IReadOnlyList<CommandArgument> arguments, int keysMax, ref int keys, RespWriter reply)
    {
        reply.WriteArrayHeader(arguments.Count);
        foreach (CommandArgument argument in arguments)
        {
            bool isKey = argument.Type == "key";
            bool isFlagged = argument.IsOptional || argument.IsMultiple;
            reply.WriteMapHeader(
                2 + (isKey ? 1 : 0) + (argument.Token.Length > 0 ? 1 : 0) + (isFlagged ? 1 : 0)
                + (argument.Members.Count > 0 ? 1 : 0));
            WritePair("name", argument.Name, reply);
            WritePair("type", argument.Type, reply);
            if (isKey)
            {
                reply.WriteBulkString("key_spec_index"u8);
                reply.WriteInteger(Math.Min(keys++, keysMax - 1));
            }

            if (argument.Token.Length > 0) WritePair("token", argument.Token, reply);
            if (isFlagged) WriteFlags(argument, reply);
            if (argument.Members.Count == 0) continue;
            reply.WriteBulkString("arguments"u8);
            WriteArguments(argument.Members, keysMax, ref keys, reply);
        }
    }

    private static void WriteFlags(CommandArgument argument, RespWriter reply)
    {
        var flags = new List<string>();
        if (argument.IsOptional) flags.Add("optional");
        if (argument.IsMultiple) flags.Add("multiple");
        reply.WriteBulkString("flags"u8);
        reply.WriteSimpleStringSet(flags);
    }

    private static void WritePair(string name, string value, RespWriter reply)
    {
        reply.WriteBulkString(name);
        reply.WriteBulkString(value);
    }
}
