using System.Text;

namespace Bitmapist.Http;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">HTTP's number, such as 200.</param>
/// <param name="Body">All of it.</param>
internal sealed record HttpAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>A header besides; the name is "" where there is none.</summary>
    public (string Name, string Value) Header { get; init; } = ("", "");

    /// <summary>An answer of one line.</summary>
    public static HttpAnswer Line(int status, string line) => new(status, Encoding.UTF8.GetBytes(line + "\n"));
}
