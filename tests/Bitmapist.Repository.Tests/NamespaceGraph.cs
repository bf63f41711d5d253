using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Bitmapist.Repository.Tests;

/// <summary>
/// Which namespaces of one assembly use which others of it: as its code does (signatures, fields, attributes and method
/// bodies), and as its using directives say, since constants leave no trace in the code.
/// </summary>
internal sealed partial class NamespaceGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);
    private readonly string _assembly;
    private readonly string _root; // the namespace all of the assembly's own begin with
    private readonly Dictionary<TypeDefinition, List<(TypeDefinition Type, string Place)>> _typeUses = [];
    private readonly HashSet<string> _foundation = new(StringComparer.Ordinal); // full names of types

    private NamespaceGraph(string assembly, string root)
    {
        _assembly = assembly;
        _root = root;
    }

    /// <summary>The graph of a project that is built beside this test.</summary>
    /// <param name="project">Name of the project, which is also its folder and its root namespace.</param>
    /// <param name="assembly">Name of what it builds.</param>
    /// <param name="hasFoundation">
    /// Its root namespace counts as two: the foundation, types that use no other namespace, not even by way of others,
    /// and may be used by all; and what is built on the others.
    /// </param>
    public static NamespaceGraph Read(string project, string assembly, bool hasFoundation)
    {
        var graph = new NamespaceGraph(assembly, root: project);
        string path = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        foreach (TypeDefinition type in module.GetTypes()) graph.AddType(type);
        if (hasFoundation) graph.FindFoundation();
        foreach ((TypeDefinition user, List<(TypeDefinition Type, string Place)> uses) in graph._typeUses)
            foreach ((TypeDefinition used, string place) in uses)
                graph.Add(graph.RoomOf(user), graph.RoomOf(used), place);
        foreach (string source in SourceFiles.Find("*.cs").Where(source =>
            SourceFiles.Shown(source).StartsWith($"src/{project}/", StringComparison.Ordinal)))
            graph.AddUsings(source);
        return graph;
    }

    /// <summary>Every use of a namespace by another one, with a place where it is used.</summary>
    public IEnumerable<(string From, string To, string Place)> Uses() =>
        _uses.SelectMany(from => from.Value.Select(to => (from.Key, to.Key, to.Value)));

    /// <summary>Namespaces that use each other, perhaps by way of others, with the places that tie them.</summary>
    public IEnumerable<string> Cycles()
    {
        foreach (string from in _uses.Keys)
        {
            foreach ((string to, string place) in _uses[from])
            {
                if (string.CompareOrdinal(from, to) < 0 && Reaches(to, from))
                    yield return $"{from} -> {to} ({place}), and back by {string.Join(", ", PathBack(to, from))}";
            }
        }
    }

    private bool Reaches(string from, string to) => PathBack(from, to).Count > 0;

    private List<string> PathBack(string from, string to)
    {
        var cameFrom = new Dictionary<string, string> { [from] = "" };
        var queue = new Queue<string>([from]);
        while (queue.TryDequeue(out string? at))
        {
            foreach (string next in _uses.GetValueOrDefault(at)?.Keys ?? Enumerable.Empty<string>())
            {
                if (!cameFrom.TryAdd(next, at)) continue;
                if (next != to) queue.Enqueue(next);
            }
        }

        var path = new List<string>();
        for (string? at = to; cameFrom.TryGetValue(at, out string? before) && before.Length > 0; at = before)
            path.Insert(0, $"{before} -> {at} ({_uses[before][at]})");
        return path;
    }

    private void AddType(TypeDefinition type)
    {
        Use(type, type.BaseType, "base type");
        foreach (InterfaceImplementation implemented in type.Interfaces)
            Use(type, implemented.InterfaceType, "interface");
        foreach (CustomAttribute attribute in type.CustomAttributes) Use(type, attribute.AttributeType, "attribute");
        foreach (FieldDefinition field in type.Fields) Use(type, field.FieldType, field.Name);
        foreach (MethodDefinition method in type.Methods) AddMethod(type, method);
    }

    private void AddMethod(TypeDefinition type, MethodDefinition method)
    {
        Use(type, method.ReturnType, method.Name);
        foreach (ParameterDefinition parameter in method.Parameters) Use(type, parameter.ParameterType, method.Name);
        if (!method.HasBody) return;
        foreach (VariableDefinition variable in method.Body.Variables) Use(type, variable.VariableType, method.Name);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference used:
                    Use(type, used, method.Name);
                    break;
                case MethodReference called:
                    Use(type, called.DeclaringType, method.Name);
                    Use(type, called.ReturnType, method.Name);
                    if (called is GenericInstanceMethod generic)
                        foreach (TypeReference argument in generic.GenericArguments) Use(type, argument, method.Name);
                    break;
                case FieldReference field:
                    Use(type, field.DeclaringType, method.Name);
                    Use(type, field.FieldType, method.Name);
                    break;
            }
        }
    }

    private void Use(TypeDefinition user, TypeReference? used, string member)
    {
        if (used is GenericInstanceType generic)
            foreach (TypeReference argument in generic.GenericArguments) Use(user, argument, member);
        if (used is GenericParameter or null) return;
        TypeReference element = used.GetElementType();
        while (element.DeclaringType is { } outer) element = outer;
        if (element.Resolve() is not { } own || own.Module != user.Module) return;
        user = Outer(user);
        if (!_typeUses.TryGetValue(user, out List<(TypeDefinition, string)>? uses)) _typeUses.Add(user, uses = []);
        uses.Add((own, $"{user.Name}.{member} uses {own.Name}"));
    }

    /// <summary>Takes away, from all types of the root, those that use others until none is left to take.</summary>
    private void FindFoundation()
    {
        IEnumerable<TypeDefinition> all = _typeUses.Keys.Concat(_typeUses.Values.SelectMany(static uses => uses)
            .Select(static use => use.Type));
        _foundation.UnionWith(all.Where(type => type.Namespace == _root).Select(type => type.FullName));
        int before;
        do
        {
            before = _foundation.Count;
            foreach ((TypeDefinition user, List<(TypeDefinition Type, string Place)> uses) in _typeUses)
                if (uses.Exists(use => IsWithin(use.Type.Namespace, _root) && !_foundation.Contains(use.Type.FullName)))
                    _foundation.Remove(user.FullName);
        }
        while (_foundation.Count < before);
    }

    private string RoomOf(TypeDefinition type) =>
        _foundation.Contains(type.FullName) ? $"{_root} (foundation)" : type.Namespace;

    private void AddUsings(string path)
    {
        string? from = null;
        var used = new List<string>();
        foreach (string line in File.ReadLines(path))
        {
            Match declared = Directive().Match(line);
            if (!declared.Success) continue;
            if (declared.Groups["using"].Success) used.Add(declared.Groups["using"].Value);
            else from = declared.Groups["namespace"].Value;
        }

        if (from is null) return;
        foreach (string to in used.Where(to => IsWithin(to, _root)))
            Add(from, to, $"{Path.GetFileName(path)} has a using directive");
    }

    private void Add(string from, string to, string place)
    {
        if (from.Length == 0 || to.Length == 0 || from == to) return;
        if (!_uses.TryGetValue(from, out SortedDictionary<string, string>? uses))
            _uses.Add(from, uses = new SortedDictionary<string, string>(StringComparer.Ordinal));
        uses.TryAdd(to, place);
    }

    private static bool IsWithin(string name, string root) =>
        name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    private static TypeDefinition Outer(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    [GeneratedRegex(@"^(using (static )?(?<using>[\w.]+);|namespace (?<namespace>[\w.]+);)")]
    private static partial Regex Directive();
}
