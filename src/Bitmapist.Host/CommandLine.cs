using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using Bitmapist.Host.Systemd;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Log;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Host;

/// <summary>The executable's flags: the original's, and Redis's names for the rest.</summary>
internal static class CommandLine
{
    // Redis's words.
    private const string UsersTwice = "Configuring Redis with users defined in redis.conf and at the same setting an "
        + "ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, "
        + "please define either an ACL file or declare users directly in your redis.conf, but not both.";

    private static readonly Option<string[]> s_addr = new("-addr")
    {
        Description = "address to listen on, host:port; :port means every interface; tls://host:port for TLS; may be "
            + "given again",
        HelpName = "host:port",
        DefaultValueFactory = _ => ["localhost:6379"],
    };

    private static readonly Option<string?> s_http = new("-http")
    {
        Description = "address of /metrics, /healthz and /readyz over HTTP, host:port; nothing: there are none",
        HelpName = "host:port",
    };

    private static readonly Option<string> s_db = new("-db")
    {
        Description = "database file", HelpName = "file", DefaultValueFactory = _ => "bitmapist.db",
    };

    private static readonly Option<string?> s_bak = new("-bak")
    {
        Description = "file that SIGUSR1 writes a backup to", HelpName = "file",
    };

    private static readonly Option<int> s_save = new("-save")
    {
        Description = "seconds between snapshots, 0 for none", HelpName = "seconds", DefaultValueFactory = _ => 180,
    };

    private static readonly Option<string> s_appendFsync = new("-appendfsync")
    {
        Description = "when the log is synced to the disk: always, everysec or no",
        HelpName = "policy",
        DefaultValueFactory = _ => "everysec",
    };

    private static readonly Option<int> s_logGrowth = new("-auto-aof-rewrite-percentage")
    {
        Description = "save when the log is so many percent of the live data, 0 for never", HelpName = "percent",
        DefaultValueFactory = _ => 100,
    };

    private static readonly Option<string> s_logGrowthMin = new("-auto-aof-rewrite-min-size")
    {
        Description = "but not while the log is shorter than this, such as 64mb", HelpName = "bytes",
        DefaultValueFactory = _ => "64mb",
    };

    private static readonly Option<string> s_maxMemory = new("-maxmemory")
    {
        Description = "memory for bitmaps and index, such as 512mb or 4gb, 0 for any; the rest stays on disk",
        HelpName = "bytes",
        DefaultValueFactory = _ => ServerOptions.MemoryDefault.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<string> s_maxMemoryClients = new("-maxmemory-clients")
    {
        Description = "memory for unfinished requests and unread replies of all clients, 0 for any; beyond it those "
            + "who take most are cut off",
        HelpName = "bytes",
        DefaultValueFactory = _ => ServerOptions.ClientMemoryDefault.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<int> s_evictIdle = new("-evict-idle")
    {
        Description = "seconds after which an unused key is evicted from memory, 0 for never", HelpName = "seconds",
        DefaultValueFactory = _ => 300,
    };

    private static readonly Option<int> s_databases = new("-databases")
    {
        Description = "number of databases SELECT can reach", HelpName = "count", DefaultValueFactory = _ => 16,
    };

    private static readonly Option<int> s_maxClients = new("-maxclients")
    {
        Description = "clients at once", HelpName = "count", DefaultValueFactory = _ => 10_000,
    };

    private static readonly Option<string> s_ioTransport = new("-io-transport")
    {
        Description = "what carries connections: auto, io_uring, epoll or pipelines",
        HelpName = "transport",
        DefaultValueFactory = _ => TransportKind.Auto.Name(),
    };

    private static readonly Option<int> s_ioThreads = new("-io-threads")
    {
        Description = "threads that serve connections, 0 for the default", HelpName = "count",
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<string> s_enableDebug = new("-enable-debug-command")
    {
        Description = "who may use DEBUG: no, local or yes", HelpName = "who", DefaultValueFactory = _ => "no",
    };

    private static readonly Option<string> s_logFormat = new("-log-format")
    {
        Description = "how lines of the log are written: plain, json or systemd", HelpName = "format",
        DefaultValueFactory = _ => LogFormat.Plain.Name(),
    };

    private static readonly Option<string?>[] s_parameters =
        [.. StartParameters.All.Select(parameter => DeclareParameter(parameter))];

    private static readonly Option<bool> s_debug = new("-debug") { Description = "log every command" };
    private static readonly Option<bool> s_version =
        new("-version", "-v", "--version") { Description = "print the version and exit" };

    /// <summary>Parses the arguments; serves, or prints what was asked for.</summary>
    /// <returns>The exit code: 0, or 1 after a failure, or 2 for arguments that make no sense.</returns>
    public static async Task<int> RunAsync(string[] args, Func<ServerOptions, Task<int>> serve)
    {
        ConfigurationFile? file = null;
        RootCommand root = Create((parsed, _) => parsed.GetValue(s_version)
            ? Task.FromResult(PrintVersion())
            : ServeAsync(parsed, file, serve));
        try
        {
            if (SettingSources.FileOf(args, root, out string[] flags) is { } path)
                file = ConfigurationFile.Read(Path.GetFullPath(path));
            bool isCommand = flags.Length > 0 && root.Subcommands.Any(command => command.Name == flags[0]);
            flags = SettingSources.Switches(flags, root);
            if (!isCommand) args = SettingSources.Join(file, Environment.GetEnvironmentVariable, flags, root);
        }
        catch (ConfigurationException fault)
        {
            return Refuse(fault.Message);
        }

        ParseResult result = SettingSources.Parse(root, args);
        if (result.Errors.Count == 0) return await result.InvokeAsync().ConfigureAwait(false);
        return Refuse(ValueRules.Describe(result));
    }

    /// <summary>All commands and flags.</summary>
    /// <param name="serve">What is done when there is no command.</param>
    public static RootCommand Create(Func<ParseResult, CancellationToken, Task<int>> serve)
    {
        ValueRules.Word(s_appendFsync, "always", "everysec", "no");
        ValueRules.Word(s_ioTransport, TransportKinds.Names);
        ValueRules.Word(s_enableDebug, "no", "local", "yes");
        ValueRules.Word(s_logFormat, LogFormats.Names);
        s_http.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !ListenAddress.TryParseHttp(result.Tokens[0].Value, out _, out string? why))
                result.AddError($"-http: {why}");
        });
        ValueRules.Number(s_ioThreads, 0, 128);
        ValueRules.Number(s_save, 0, 365 * 24 * 3600);
        ValueRules.Number(s_evictIdle, 0, 365 * 24 * 3600);
        ValueRules.Number(s_logGrowth, 0, int.MaxValue);
        ValueRules.Size(s_logGrowthMin);
        ValueRules.Size(s_maxMemory);
        ValueRules.Size(s_maxMemoryClients);
        ValueRules.Number(s_databases, 1, 65_535);
        ValueRules.Number(s_maxClients, 1, 1_000_000);
        var root = new RootCommand("bitmapist-server: a Redis-compatible server for bitmap analytics");
        root.Options.Remove(root.Options.Single(option => option is VersionOption));
        root.Options.OfType<HelpOption>().Single().Aliases.Add("-help"); // as Go's programs have it
        Option[] options =
        [
            s_addr, s_http, s_db, s_bak, s_save, s_appendFsync, s_logGrowth, s_logGrowthMin, s_maxMemory,
            s_maxMemoryClients, s_evictIdle, s_databases, s_maxClients, s_ioTransport, s_ioThreads, .. s_parameters,
            s_enableDebug, s_logFormat, s_debug, s_version,
        ];
        foreach (Option option in options.Concat(SecurityFlags.All)) root.Options.Add(option);
        var version = new Command("version", "print the version and exit");
        version.SetAction(_ => PrintVersion());
        root.Subcommands.Add(version);
        var help = new Command("help", "print this help and exit");
        help.SetAction(_ => root.Parse("--help").Invoke());
        root.Subcommands.Add(help);
        var ping = new Command("ping", "ask the server at -addr for a PONG; exit code 0 when it comes") { s_addr };
        ping.SetAction((parsed, cancellation) => PingAsync(parsed, cancellation));
        root.Subcommands.Add(ping);
        root.Subcommands.Add(CheckCommand.Create());
        root.Subcommands.Add(RepairCommand.Create());
        root.Subcommands.Add(DumpLogCommand.Create());
        root.Subcommands.Add(MigrationCommands.Import(s_db));
        root.Subcommands.Add(MigrationCommands.Export(s_db));
        root.SetAction(serve);
        return root;
    }

    private static Option<string?> DeclareParameter(StartParameter parameter)
    {
        var option = new Option<string?>("-" + parameter.Name)
        {
            Description = parameter.Description,
            HelpName = parameter.ValueName,
            DefaultValueFactory = parameter.Default.Length > 0 ? _ => parameter.Default : null,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0) return;
            string value = result.Tokens[0].Value;
            if (StartParameters.Check(parameter.Name, value) is { } fault)
                result.AddError($"{option.Name} {value}: {fault}");
        });
        return option;
    }

    private static bool TryGetAddresses(ParseResult parsed, List<ListenAddress> addresses)
    {
        foreach (string text in parsed.GetValue(s_addr)!)
        {
            if (!ListenAddress.TryParse(text, out ListenAddress? address, out string? reason))
            {
                Refuse(reason!);
                return false;
            }

            addresses.Add(address!);
        }

        return true;
    }

    private static async Task<int> PingAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var addresses = new List<ListenAddress>();
        if (!TryGetAddresses(parsed, addresses)) return 2;
        return await HealthCheck.IsServingAsync(addresses[0], cancellation).ConfigureAwait(false) ? 0 : 1;
    }

    private static Task<int> ServeAsync(
        ParseResult parsed, ConfigurationFile? file, Func<ServerOptions, Task<int>> serve)
    {
        var addresses = new List<ListenAddress>();
        PassedSockets? passed;
        try
        {
            passed = PassedSockets.Of(Environment.GetEnvironmentVariable);
        }
        catch (IOException failure)
        {
            return Task.FromResult(Refuse(failure.Message));
        }

        if (passed is not null) addresses.AddRange(passed.Addresses);
        else if (!TryGetAddresses(parsed, addresses)) return Task.FromResult(2);
        string database = RealPath.Of(parsed.GetValue(s_db)!);
        string? backup = parsed.GetValue(s_bak) is { } given ? RealPath.Of(given) : null;
        if (backup is not null && IsOneOfTheDatabase(backup, database))
            return Task.FromResult(Refuse($"-bak {backup} would overwrite the database: choose another file"));
        var options = new ServerOptions
        {
            ConfigurationPath = file?.Path,
            Users = [.. file?.SettingLines.Where(line => line.Name == SettingSources.UserLine) ?? []],
            Addresses = addresses,
            HttpAddress = HttpAddressOf(parsed),
            DatabasePath = database,
            BackupPath = backup,
            SaveSeconds = parsed.GetValue(s_save),
            AppendFsync = parsed.GetValue(s_appendFsync) switch
            {
                "always" => FsyncPolicy.Always,
                "no" => FsyncPolicy.No,
                _ => FsyncPolicy.EverySecond,
            },
            LogGrowthPercentage = parsed.GetValue(s_logGrowth),
            LogGrowthBytesMin = SizeOf(parsed, s_logGrowthMin),
            MemoryBytesMax = SizeOf(parsed, s_maxMemory),
            ClientMemoryBytesMax = SizeOf(parsed, s_maxMemoryClients),
            EvictIdleSeconds = parsed.GetValue(s_evictIdle),
            Databases = parsed.GetValue(s_databases),
            ClientsMax = parsed.GetValue(s_maxClients),
            IoTransport = TransportKinds.TryParse(parsed.GetValue(s_ioTransport)!, out TransportKind kind)
                ? kind
                : TransportKind.Auto,
            IoThreads = parsed.GetValue(s_ioThreads),
            Parameters = s_parameters.Where(option => parsed.GetResult(option) is { Implicit: false })
                .ToDictionary(option => option.Name[1..], option => parsed.GetValue(option)!),
            EnableDebugCommand = parsed.GetValue(s_enableDebug)!,
            LogFormat = LogFormats.Parse(parsed.GetValue(s_logFormat)!),
            Debug = parsed.GetValue(s_debug),
        };
        options = SecurityFlags.Apply(parsed, options);
        if (options is { AclFile: not null, Users.Count: > 0 })
            return Task.FromResult(Refuse(UsersTwice));
        if (passed?.UnixSocket is { } socket)
            options = options with { UnixSocket = socket, UnixSocketDescriptor = passed.UnixSocketDescriptor };
        return serve(options);
    }

    private static ListenAddress? HttpAddressOf(ParseResult parsed) =>
        parsed.GetValue(s_http) is { } text && ListenAddress.TryParseHttp(text, out ListenAddress? address, out _)
            ? address
            : null;

    private static long SizeOf(ParseResult parsed, Option<string> option) =>
        MemorySize.TryParse(parsed.GetValue(option)!, out long bytes) ? bytes : 0;

    /// <summary>Whether a backup's path is the database's, or that of a file named after it: log, lock.</summary>
    private static bool IsOneOfTheDatabase(string backup, string database) =>
        backup == database || backup.StartsWith(database + ".", StringComparison.Ordinal);

    private static int Refuse(string reason)
    {
        string oneLine = string.Join(' ', reason.Split(['\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries));
        Console.Error.WriteLine($"bitmapist-server: {oneLine} (-help lists the flags)");
        return 2;
    }

    private static int PrintVersion()
    {
        string? version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion;
        Console.WriteLine($"bitmapist-server {version?.Split('+')[0]}");
        return 0;
    }
}
