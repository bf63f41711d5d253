using System.Globalization;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>The subcommands of ACL that only tell.</summary>
internal static class AclReports
{
    /// <summary>redis.io/commands/acl-getuser</summary>
    public static void RunGetUser(CommandContext call, RespWriter reply)
    {
        if (call.Server.Access.Find(call.Args[2]) is not { Rules: { } rules })
        {
            reply.WriteNull();
            return;
        }

        reply.WriteMapHeader(6);
        reply.WriteBulkString("flags"u8);
        reply.WriteSetHeader(rules.Flags.Count);
        foreach (string flag in rules.Flags) reply.WriteBulkString(flag);
        reply.WriteBulkString("passwords"u8);
        reply.WriteArrayHeader(rules.Passwords.Count);
        foreach (Settings.PasswordHash password in rules.Passwords) reply.WriteBulkString(password.ToString());
        WriteSelector(rules.Selectors[0], reply);
        reply.WriteBulkString("selectors"u8);
        reply.WriteArrayHeader(rules.Selectors.Count - 1);
        foreach (Selector selector in rules.Selectors.Skip(1))
        {
            reply.WriteMapHeader(3);
            WriteSelector(selector, reply);
        }
    }

    /// <summary>redis.io/commands/acl-list</summary>
    public static void RunList(CommandContext call, RespWriter reply)
    {
        IReadOnlyList<User> users = call.Server.Access.Users;
        reply.WriteArrayHeader(users.Count);
        foreach (User user in users) reply.WriteBulkString(Encoding.Latin1.GetBytes(user.ToString()));
    }

    /// <summary>redis.io/commands/acl-users</summary>
    public static void RunUsers(CommandContext call, RespWriter reply)
    {
        IReadOnlyList<User> users = call.Server.Access.Users;
        reply.WriteArrayHeader(users.Count);
        foreach (User user in users) reply.WriteBulkString(user.NameBytes);
    }

    /// <summary>redis.io/commands/acl-whoami</summary>
    public static void RunWhoAmI(CommandContext call, RespWriter reply) =>
        reply.WriteBulkString(call.Client.User.NameBytes);

    /// <summary>redis.io/commands/acl-cat</summary>
    public static void RunCategories(CommandContext call, RespWriter reply)
    {
        if (call.Args.Count > 3)
        {
            Acl.FailForCount(call, reply);
            return;
        }

        if (call.Args.Count == 2)
        {
            reply.WriteArrayHeader(CommandCategories.Names.Count);
            foreach (string name in CommandCategories.Names) reply.WriteBulkString(name);
            return;
        }

        int category = CommandCategories.IndexOf(Encoding.Latin1.GetString(call.Args[2]));
        if (category < 0)
        {
            call.Fail(reply, [.. "ERR Unknown category '"u8, .. call.Args.UpToNul(2), .. "'"u8]);
            return;
        }

        List<CatalogEntry> commands =
            [.. call.Commands.Catalog.Entries.Where(entry => (entry.Categories >> category & 1) != 0)];
        reply.WriteArrayHeader(commands.Count);
        foreach (CatalogEntry command in commands) reply.WriteBulkString(command.FullName);
    }

    /// <summary>redis.io/commands/acl-log</summary>
    public static void RunLog(CommandContext call, RespWriter reply)
    {
        long count = 10;
        if (call.Args.Count > 3)
        {
            Acl.FailForCount(call, reply);
        }
        else if (call.Args.Count == 3 && call.Args.Is(2, "reset"u8))
        {
            call.Server.Access.Log.Clear();
            reply.WriteOk();
        }
        else if (call.Args.Count == 3 && !call.Args.TryGetInteger(2, out count))
        {
            call.Fail(reply, Errors.NotAnInteger);
        }
        else
        {
            IReadOnlyList<AccessLogEntry> entries = call.Server.Access.Log.Newest(Math.Max(count, 0));
            reply.WriteArrayHeader(entries.Count);
            foreach (AccessLogEntry entry in entries) WriteEntry(call, entry, reply);
        }
    }

    /// <summary>redis.io/commands/acl-dryrun</summary>
    public static void RunDryRun(CommandContext call, RespWriter reply)
    {
        if (call.Server.Access.Find(call.Args[2]) is not { } user)
        {
            call.Fail(reply, [.. "ERR User '"u8, .. call.Args.UpToNul(2), .. "' not found"u8]);
            return;
        }

        ArgumentList target = call.Args.Skip(3);
        CommandSpec? spec = call.Commands.Find(target[0]);
        if (spec is { Subcommands.Count: > 0 } && target.Count > 1) spec = CommandTable.FindSubcommand(spec, target[1]);
        if (spec is null)
        {
            call.Fail(reply, [.. "ERR Command '"u8, .. call.Args.UpToNul(3), .. "' not found"u8]);
            return;
        }

        if (!spec.AcceptsCount(target.Count))
        {
            call.Fail(reply, Encoding.Latin1.GetBytes($"ERR wrong number of arguments for '{spec.FullName}' command"));
            return;
        }

        DateTime now = call.Server.Time.GetUtcNow().UtcDateTime;
        AccessDenial denial = AccessCheck.Find(user.Rules, spec, target, now, out int position);
        string Name() => Encoding.Latin1.GetString(AccessCheck.NameAt(spec, target, now, position));
        string? text = denial switch
        {
            AccessDenial.None => null,
            AccessDenial.Command => $"run the '{spec.FullName}' command",
            AccessDenial.Key => $"access the '{Name()}' key",
            _ => $"access the '{Name()}' channel",
        };
        if (text is null) reply.WriteOk();
        else reply.WriteBulkString(Encoding.Latin1.GetBytes("This user has no permissions to " + text));
    }

    private static void WriteSelector(Selector selector, RespWriter reply)
    {
        reply.WriteBulkString("commands"u8);
        reply.WriteBulkString(selector.CommandRules.ToString());
        reply.WriteBulkString("keys"u8);
        reply.WriteBulkString(Encoding.Latin1.GetBytes(selector.KeyRules));
        reply.WriteBulkString("channels"u8);
        reply.WriteBulkString(Encoding.Latin1.GetBytes(selector.ChannelRules));
    }

    private static void WriteEntry(CommandContext call, AccessLogEntry entry, RespWriter reply)
    {
        double age = Math.Max(0, Math.Round((call.Server.Time.GetUtcNow() - entry.At).TotalSeconds, 3));
        reply.WriteMapHeader(7);
        reply.WriteBulkString("count"u8);
        reply.WriteInteger(entry.Count);
        reply.WriteBulkString("reason"u8);
        reply.WriteBulkString(entry.Reason switch
        {
            AccessDenial.Command => "command",
            AccessDenial.Key => "key",
            AccessDenial.Channel => "channel",
            _ => "auth",
        });
        reply.WriteBulkString("context"u8);
        reply.WriteBulkString(entry.IsInTransaction ? "multi"u8 : "toplevel"u8);
        reply.WriteBulkString("object"u8);
        reply.WriteBulkString(entry.Object);
        reply.WriteBulkString("username"u8);
        reply.WriteBulkString(Encoding.Latin1.GetBytes(entry.UserName));
        reply.WriteBulkString("age-seconds"u8);
        string seconds = age.ToString(CultureInfo.InvariantCulture);
        if (reply.Version == RespVersion.Resp3) reply.WriteRaw(Encoding.ASCII.GetBytes($",{seconds}\r\n"));
        else reply.WriteBulkString(seconds);
        reply.WriteBulkString("client-info"u8);
        reply.WriteBulkString(entry.Client);
    }
}
