using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

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
                .WaitAsync(ServerLimits.SourceConnectPatience, cancellation).ConfigureAwait(false);
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
