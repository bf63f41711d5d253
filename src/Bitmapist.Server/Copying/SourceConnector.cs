using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

/// <summary>Makes the connection to a server that is copied from; what does not become one is closed at once.</summary>
internal static class SourceConnector
{
    /// <summary>Connects, and encrypts if the options ask for it; the caller closes both.</summary>
    /// <exception cref="SourceException">There is no connection, not even after a while.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<(TcpClient Client, Stream Stream)> ConnectAsync(
        SlurpOptions options, CancellationToken cancellation)
    {
        X509Certificate2Collection? trusted = options.TrustedCertificates is { } path
            ? await TrustedCertificates.ReadAsync(path, cancellation).ConfigureAwait(false) : null;
        var client = new TcpClient { NoDelay = true };
        Stream? stream = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ServerLimits.SourceConnectPatience);
        try
        {
            await client.ConnectAsync(options.Host, options.Port, patience.Token).ConfigureAwait(false);
            stream = client.GetStream();
            if (!options.Tls) return (client, stream);
            var encrypted = new SslStream(stream);
            stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(SettingsOf(options, trusted), patience.Token)
                .ConfigureAwait(false);
            return (client, stream);
        }
        catch (Exception failure)
        {
            stream?.Dispose();
            client.Dispose();
            cancellation.ThrowIfCancellationRequested();
            string reason = failure is OperationCanceledException
                ? $"no connection within {ServerLimits.SourceConnectPatience.TotalSeconds} s"
                : $"cannot connect: {failure.GetBaseException().Message}";
            throw new SourceException($"{options.Address}: {reason}");
        }
    }

    private static SslClientAuthenticationOptions SettingsOf(SlurpOptions options, X509Certificate2Collection? trusted)
    {
        var settings = new SslClientAuthenticationOptions { TargetHost = options.Host };
#pragma warning disable CA5359 // asked for by its name, INSECURE, as redis-cli has it
        if (options.IsAnyCertificateTrusted) settings.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        if (trusted is null) return settings;
        var chain = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        chain.CustomTrustStore.AddRange(trusted);
        settings.CertificateChainPolicy = chain;
        return settings;
    }
}
