namespace Bitmapist.Server.Settings;

/// <summary>Whether clients that connect by TLS must show a certificate of their own.</summary>
public enum ClientCertificates
{
    /// <summary>They must: Redis's default.</summary>
    Required,

    /// <summary>They need not, but one that is shown must be good.</summary>
    Optional,

    /// <summary>They are not asked.</summary>
    Unasked,
}

/// <summary>The files of TLS, all PEM; "": none. Names and meaning are Redis's.</summary>
public sealed record TlsSettings
{
    /// <summary>The server's certificate, and those between it and the authority's.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>Its private key, not encrypted.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The authorities whose certificates clients may show.</summary>
    public string CaCertFile { get; init; } = "";

    public ClientCertificates AuthClients { get; init; }

    /// <summary>The words for <see cref="AuthClients"/>, in the order of their numbers.</summary>
    public static IReadOnlyList<string> AuthClientsNames { get; } = ["yes", "optional", "no"];

    /// <summary>Reads one of the words, in any case; null for others.</summary>
    public static ClientCertificates? ParseAuthClients(string word)
    {
        for (int i = 0; i < AuthClientsNames.Count; i++)
            if (AuthClientsNames[i].Equals(word, StringComparison.OrdinalIgnoreCase)) return (ClientCertificates)i;
        return null;
    }
}
