using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(ServerLimits.SourceConnectTimeout);
        try
        {
            await client.ConnectAsync(options.Host, options.Port, timeout.Token).ConfigureAwait(false);
            stream = client.GetStream();
            if (!options.Tls) return (client, stream);
            var encrypted = new SslStream(stream);
            stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(SettingsOf(options, trusted), timeout.Token)
                .ConfigureAwait(false);
            return (client, stream);
        }
        catch (Exception failure)
        {
            stream?.Dispose();
            client.Dispose();
            cancellation.ThrowIfCancellationRequested();
            string reason = failure is OperationCanceledException
                ? $"no connection within {ServerLimits.SourceConnectTimeout.TotalSeconds} s"
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

/// <summary>
/// Reads the certificates that a client names by a path on this machine. The path may be anything: what is no regular
/// file of moderate size is not opened, and a refusal tells no more about a file than that it is of no use.
/// </summary>
internal static class TrustedCertificates
{
    private const int FileBytesMax = 1024 * 1024;

    /// <summary>Reads a PEM file, which must have a certificate.</summary>
    /// <exception cref="SourceException">It cannot be read, or is no such file.</exception>
    public static async Task<X509Certificate2Collection> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            // To open or look up a file can block in the system, where no cancellation reaches: the copy then goes
            // on without it.
            return await Task.Run(() => Read(path), cancellation)
                .WaitAsync(ServerLimits.SourceConnectTimeout, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException or CryptographicException or TimeoutException)
        {
            throw new SourceException(
                "the file of CACERT cannot be used as a CA certificate", $"{path} cannot be used as a CA certificate");
        }
    }

    private static X509Certificate2Collection Read(string path)
    {
        var file = new FileInfo(path);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
        // Pipes, devices and what the system makes up (/proc) have no length.
        long bytes = file.Length;
        if (bytes is <= 0 or > FileBytesMax) throw new IOException("not a regular file of moderate size");
        byte[] pem = new byte[bytes];
        using (FileStream stream = file.OpenRead()) stream.ReadExactly(pem);
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(Encoding.UTF8.GetString(pem));
        if (certificates.Count == 0) throw new CryptographicException("no certificate");
        return certificates;
    }
}
