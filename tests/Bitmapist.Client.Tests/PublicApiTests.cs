using System.Reflection;
using System.Text;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests;

/// <summary>
/// What users may rely on is listed in src/Bitmapist.Client/PublicAPI.txt: a change of it shows in the diff. To accept
/// one, run this test with BITMAPIST_WRITE_API=1.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly NullabilityInfoContext s_nullability = new();

    private static string ListPath => Path.Combine(RepositoryFiles.Root, "src/Bitmapist.Client/PublicAPI.txt");

    [Fact]
    public void The_public_members_are_those_listed()
    {
        string actual = List();
        if (Environment.GetEnvironmentVariable("BITMAPIST_WRITE_API") == "1") File.WriteAllText(ListPath, actual);
        Assert.Equal(File.ReadAllText(ListPath), actual);
    }

    private static string List()
    {
        var text = new StringBuilder();
        foreach (Type type in typeof(BitmapistClient).Assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.Namespace).Append('.').Append(Name(type));
            if (type.BaseType is { } parent && parent != typeof(object)) text.Append(" : ").Append(Name(parent));
            text.Append('\n');
            IEnumerable<string> members = type
                .GetMembers(
                    BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(member => Line(member)).OfType<string>().Order(StringComparer.Ordinal);
            foreach (string member in members) text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string? Line(MemberInfo member)
    {
        if (member.Name.Contains('<', StringComparison.Ordinal)) return null;
        return member switch
        {
            ConstructorInfo made => $"new({Parameters(made)})",
            MethodInfo { IsSpecialName: true } method
                when !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
            MethodInfo method => $"{(method.IsStatic ? "static " : "")}{method.Name}({Parameters(method)}) : "
                + Name(method.ReturnType, s_nullability.Create(method.ReturnParameter)),
            PropertyInfo property => $"{property.Name} {{ {(property.CanRead ? "get; " : "")}"
                + $"{(property.SetMethod is { IsPublic: true } set ? IsInit(set) ? "init; " : "set; " : "")}}} : "
                + Name(property.PropertyType, s_nullability.Create(property)),
            FieldInfo { IsLiteral: true } constant => $"const {constant.Name} = {constant.GetRawConstantValue()}",
            FieldInfo { IsSpecialName: true } => null,
            FieldInfo field => $"{field.Name} : {Name(field.FieldType)}",
            _ => null,
        };
    }

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Length > 0;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType, s_nullability.Create(parameter))} {parameter.Name}"
            + (parameter.HasDefaultValue ? $" = {Shown(parameter.DefaultValue)}" : "")));

    private static string Shown(object? value) => value is string text ? $"\"{text}\"" : $"{value ?? "default"}";

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        string mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]" + mark;
        if (!type.IsGenericType) return type.Name + mark;
        string name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(each => Name(each)))}>{mark}";
    }
}
