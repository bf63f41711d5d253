using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Access;

/// <summary>
/// The certificates that handshakes are made with. They may be replaced while the server runs: connections there are
/// keep what they began with. Any thread.
/// </summary>
internal sealed class TlsCertificates
{
    private readonly Lock _gate = new();
    private volatile Loaded _loaded;

    /// <param name="settings">Where they are.</param>
    /// <param name="isNeeded">Whether anybody can connect by TLS: otherwise nothing is read yet.</param>
    /// <exception cref="IOException">They cannot be used; the message says which and why.</exception>
    public TlsCertificates(TlsSettings settings, bool isNeeded)
    {
        IsNeeded = isNeeded;
        _loaded = isNeeded ? Load(settings) : new Loaded(settings, null);
    }

    /// <summary>Whether anybody can, or could, connect by TLS.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>Where the present ones came from.</summary>
    public TlsSettings Settings => _loaded.Settings;

    /// <summary>For the next handshake; only where TLS is needed.</summary>
    public SslServerAuthenticationOptions Options =>
        _loaded.Options ?? throw new InvalidOperationException("No certificates were loaded.");

    /// <summary>Reads and checks files that are to replace the present ones, and changes nothing yet.</summary>
    /// <param name="settings">Where they are.</param>
    /// <param name="isNeeded">Whether TLS is to be needed from now on.</param>
    /// <returns>What puts them in place.</returns>
    /// <exception cref="IOException">They cannot be used; the message says which and why.</exception>
    public Action Prepare(TlsSettings settings, bool isNeeded = false)
    {
        isNeeded |= IsNeeded;
        Loaded next = isNeeded ? Load(settings) : new Loaded(settings, null);
        return () =>
        {
            lock (_gate)
            {
                _loaded = next;
                IsNeeded = isNeeded; // for good: who has connected may still be shaking hands
            }
        };
    }

    private static Loaded Load(TlsSettings settings)
    {
        if (settings.CertFile.Length == 0) throw new IOException("No tls-cert-file configured!");
        if (settings.KeyFile.Length == 0) throw new IOException("No tls-key-file configured!");
        bool asks = settings.AuthClients != ClientCertificates.Unasked;
        if (asks && settings.CaCertFile.Length == 0)
            throw new IOException("tls-ca-cert-file must be specified unless tls-auth-clients is no");
        SslStreamCertificateContext own = Guard($"{settings.CertFile} with {settings.KeyFile}", () =>
        {
            var certificate = X509Certificate2.CreateFromPemFile(settings.CertFile, settings.KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(settings.CertFile);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        });
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own, ClientCertificateRequired = asks,
        };
        if (asks) AskClients(options, settings);
        return new Loaded(settings, options);
    }

    private static void AskClients(SslServerAuthenticationOptions options, TlsSettings settings)
    {
        const string ClientAuthentication = "1.3.6.1.5.5.7.3.2"; // id-kp-clientAuth, RFC 5280 section 4.2.1.12
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        Guard(settings.CaCertFile, () =>
        {
            policy.CustomTrustStore.ImportFromPemFile(settings.CaCertFile);
            return policy.CustomTrustStore.Count > 0
                ? true
                : throw new CryptographicException("there is no certificate in it");
        });
        options.CertificateChainPolicy = policy;
        bool isOptional = settings.AuthClients == ClientCertificates.Optional;
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            certificate is null ? isOptional : errors == SslPolicyErrors.None;
    }

    private static T Guard<T>(string what, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception failure)
            when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"{what} cannot be used for TLS: {failure.Message}", failure);
        }
    }

    private sealed record Loaded(TlsSettings Settings, SslServerAuthenticationOptions? Options);
}
