using System.Collections.Concurrent;
using System.Text;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Access;

/// <summary>
/// The users there are. One is always there, called default: who has not logged in is it, if it needs no password.
/// Thread-safe; changes are made one after the other.
/// </summary>
internal sealed class AccessControl
{
    /// <summary>The name of the user that is always there.</summary>
    public const string DefaultName = "default";

    private readonly Lock _gate = new();
    private readonly CommandCatalog _catalog;
    private readonly ConcurrentDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly AclFile? _file;
    private readonly FileWrites _saves = new();
    private volatile PasswordHash? _requiredPassword;
    private volatile bool _isPasswordNeeded;

    /// <param name="catalog">The commands.</param>
    /// <param name="requiredPassword">The default user's password; null: it needs none.</param>
    /// <param name="file">Where users are kept; null: nowhere.</param>
    /// <exception cref="AclFileException">The file cannot be read, or is refused.</exception>
    public AccessControl(CommandCatalog catalog, PasswordHash? requiredPassword = null, AclFile? file = null)
    {
        _catalog = catalog;
        _file = file;
        _requiredPassword = requiredPassword;
        Default = new User(DefaultName, NewDefault());
        _users[DefaultName] = Default;
        NoteDefault();
        if (file is not null) Load();
    }

    /// <summary>Makes the users that a file of settings declares; one of the default user replaces its rules.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="lines">Its lines: a name, and rules.</param>
    /// <exception cref="ConfigurationException">A line makes no sense.</exception>
    public void Declare(string path, IReadOnlyList<SettingLine> lines)
    {
        var declared = new HashSet<string>(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (SettingLine line in lines)
            {
                // Rules are bytes, as clients send them.
                string[] words =
                    [.. line.Values.Select(word => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(word)))];
                if (words.Length == 0 || words[0].Length == 0)
                    throw new ConfigurationException(path, line.Line, "user needs a name");
                if (!declared.Add(words[0]))
                    throw new ConfigurationException(path, line.Line,
                        $"{InDeclaration(words)}Duplicate user found. A user can only be defined once in config files");
                UserRules rules = Build(path, line.Line, words);
                if (_users.TryGetValue(words[0], out User? user)) Publish(user, rules);
                else _users[words[0]] = new User(words[0], rules);
            }
        }
    }

    private UserRules Build(string path, int line, string[] words)
    {
        var builder = new UserBuilder(_catalog);
        List<string> rules = RuleWords.Join(words.Skip(1), out string? unmatched);
        if (unmatched is not null)
            throw new ConfigurationException(path, line,
                $"{InDeclaration(words)}Unmatched parenthesis in selector definition.");
        foreach (string rule in rules)
        {
            if (builder.Apply(rule) is var fault and not RuleFault.None)
                throw new ConfigurationException(path, line, InDeclaration(words) + fault.Text());
        }

        return builder.Build();
    }

    private static string InDeclaration(string[] words) => $"Error in user declaration '{words[0]}': "; // Redis's words

    /// <summary>Who has not logged in, if it needs no password.</summary>
    public User Default { get; }

    /// <summary>What was refused lately.</summary>
    public AccessLog Log { get; } = new();

    /// <summary>Whether users are kept in a file.</summary>
    public bool HasFile => _file is not null;

    /// <summary>Path of that file; "": there is none.</summary>
    public string FilePath => _file?.Path ?? "";

    /// <summary>Who connects must log in before anything else.</summary>
    public bool IsPasswordNeeded => _isPasswordNeeded;

    /// <summary>The default user takes any password, so that protected mode keeps strangers out.</summary>
    public bool IsOpen => Default.Rules.TakesAnyPassword;

    /// <summary>
    /// What requirepass is set to; null: nothing. Setting it makes it the default user's only password, or makes that
    /// user need none.
    /// </summary>
    public PasswordHash? RequiredPassword
    {
        get => _requiredPassword;
        set
        {
            lock (_gate)
            {
                _requiredPassword = value;
                var builder = new UserBuilder(_catalog, Default.Rules);
                builder.SetPassword(value);
                Publish(Default, builder.Build());
            }
        }
    }

    /// <summary>Whether users were made, changed or removed since the start, other than by requirepass.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The users in the order of their names' bytes.</summary>
    public IReadOnlyList<User> Users => [.. _users.Values.OrderBy(user => user.Name, StringComparer.Ordinal)];

    /// <summary>The user of a name, or null.</summary>
    public User? Find(ReadOnlySpan<byte> name) => _users.GetValueOrDefault(Encoding.Latin1.GetString(name));

    /// <summary>
    /// The user of a name and password; null when there is none, it is off, or the password is another.
    /// </summary>
    public User? Authenticate(ReadOnlySpan<byte> name, ReadOnlySpan<byte> password)
    {
        PasswordHash given = PasswordHash.Of(password); // also where there is no such user: the time tells little
        return Find(name) is { } user && user.Rules is { IsOn: true } rules && rules.Accepts(given) ? user : null;
    }

    /// <summary>Makes a user, or changes one: all rules are applied, or none.</summary>
    /// <param name="name">Latin-1, without spaces.</param>
    /// <param name="rules">Latin-1, selectors in one piece.</param>
    /// <param name="refused">The rule that is refused; "" when none is.</param>
    /// <returns>Why it is refused.</returns>
    public RuleFault Set(string name, IReadOnlyList<string> rules, out string refused)
    {
        lock (_gate)
        {
            User? user = _users.GetValueOrDefault(name);
            UserBuilder builder = user is null ? new UserBuilder(_catalog) : new UserBuilder(_catalog, user.Rules);
            foreach (string rule in rules)
            {
                refused = rule;
                if (builder.Apply(rule) is var fault and not RuleFault.None) return fault;
            }

            refused = "";
            IsChanged = true;
            if (user is null) _users[name] = new User(name, builder.Build());
            else Publish(user, builder.Build());
            return RuleFault.None;
        }
    }

    /// <summary>Removes users; those who are connected as one may do nothing any more, and are to be cut off.</summary>
    /// <param name="names">Names, Latin-1; not the default user's.</param>
    /// <returns>Those that there were.</returns>
    public IReadOnlySet<User> Delete(IEnumerable<string> names)
    {
        var deleted = new HashSet<User>();
        lock (_gate)
        {
            foreach (string name in names)
            {
                if (name == DefaultName || !_users.TryRemove(name, out User? user)) continue;
                user.Rules = new UserBuilder(_catalog).Build();
                IsChanged = true;
                deleted.Add(user);
            }
        }

        return deleted;
    }

    /// <summary>
    /// Replaces all users by those of the file, or changes nothing. Those who are connected as any user but the default
    /// one are to be cut off, as in Redis 7.0.
    /// </summary>
    /// <returns>The users that there were, without the default one.</returns>
    /// <exception cref="AclFileException">The file cannot be read, or is refused.</exception>
    public IReadOnlySet<User> Load()
    {
        lock (_gate)
        {
            Dictionary<string, UserRules> users = _file!.Read(_catalog);
            Publish(Default, users.Remove(DefaultName, out UserRules? rules) ? rules : NewDefault());
            IReadOnlySet<User> replaced = Delete(_users.Keys);
            foreach ((string name, UserRules userRules) in users) _users[name] = new User(name, userRules);
            return replaced;
        }
    }

    /// <summary>Begins to write all users, as they are now, to the file, which is replaced as a whole.</summary>
    /// <returns>
    /// Writes it, on any thread; fails with a <see cref="StorageException"/> where it cannot, and the former file is
    /// still there.
    /// </returns>
    public Action BeginSave()
    {
        lock (_gate)
        {
            byte[] text = AclFile.TextOf(Users);
            long number = _saves.Begin();
            return () => _saves.Do(number, () => _file!.Write(text));
        }
    }

    private UserRules NewDefault()
    {
        var builder = new UserBuilder(_catalog);
        foreach (string rule in (string[])["on", "allkeys", "allchannels", "allcommands"]) builder.Apply(rule);
        builder.SetPassword(_requiredPassword);
        return builder.Build();
    }

    private void Publish(User user, UserRules rules)
    {
        user.Rules = rules;
        if (user == Default) NoteDefault();
    }

    private void NoteDefault() => _isPasswordNeeded = !Default.Rules.TakesAnyPassword || !Default.Rules.IsOn;
}
