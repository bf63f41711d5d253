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
        reply.WriteSimpleStringSet(CommandFlagNames.Of(spec.Flags));
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
            reply.WriteSetHeader(1);
            WriteKeySpec(keys, spec.KeyAccess, spec.KeyNotes, reply);
        }
        else
        {
            reply.WriteSetHeader(2);
            WriteKeySpec(keys with { Last = keys.First }, spec.KeyAccess, spec.KeyNotes, reply);
            WriteKeySpec(keys with { First = keys.First + keys.Step }, spec.OtherKeyAccess, "", reply);
        }
    }

    /// <summary>
    /// Keys from one argument to another, which is told by its distance unless it counts from the end.
    /// </summary>
    private static void WriteKeySpec(KeySpec keys, string access, string notes, RespWriter reply)
    {
        reply.WriteMapHeader(notes.Length > 0 ? 4 : 3);
        if (notes.Length > 0)
        {
            reply.WriteBulkString("notes"u8);
            reply.WriteBulkString(notes);
        }

        reply.WriteBulkString("flags"u8);
        reply.WriteSimpleStringSet(access.Split(' '));
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
