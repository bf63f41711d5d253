using System.Text;

namespace Bitmapist.Engine.Tests.Model;

/// <summary>Key names as text, one byte a character.</summary>
internal static class Name
{
    public static byte[] Bytes(string name) => Encoding.Latin1.GetBytes(name);

    public static string Text(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);

    public static ReadOnlyMemory<byte>[] All(params string[] names) =>
        Array.ConvertAll(names, name => (ReadOnlyMemory<byte>)Bytes(name));
}
