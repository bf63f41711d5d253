namespace Bitmapist.Server.Copying;

/// <summary>Where SLURP copies from, and how it introduces itself there.</summary>
internal sealed record SlurpOptions(string Host, int Port)
{
    /// <summary>The database of the source.</summary>
    public int SourceDatabase { get; init; }

    /// <summary>Who authenticates; null: the default user.</summary>
    public string? User { get; init; }

    /// <summary>Null: no AUTH is sent.</summary>
    public byte[]? Password { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file of certificates to trust instead of the system's; null: the system's.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>Takes whatever certificate comes.</summary>
    public bool IsAnyCertificateTrusted { get; init; }

    /// <summary>The source's address as given.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    // A record's own text would show the password.
    public override string ToString() => $"{Address} db {SourceDatabase}";
}
