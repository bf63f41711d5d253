using System.Text;

namespace Bitmapist.Client.Keys;

/// <summary>Patterns for SCAN that match literal text.</summary>
internal static class KeyPattern
{
    /// <summary>A pattern for every key that begins with a text, whatever signs are in it.</summary>
    public static string BeginningWith(string text)
    {
        var pattern = new StringBuilder(text.Length + 1);
        foreach (char sign in text)
        {
            if (sign is '*' or '?' or '[' or ']' or '\\') pattern.Append('\\');
            pattern.Append(sign);
        }

        return pattern.Append('*').ToString();
    }
}
