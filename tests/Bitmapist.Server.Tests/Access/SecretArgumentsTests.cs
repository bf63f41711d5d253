using System.Text;
using Bitmapist.Resp.Requests;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Tests.Access;

/// <summary>What is hidden where calls are listed; the rest is shown.</summary>
public sealed class SecretArgumentsTests
{
    [Theory]
    [InlineData("AUTH secret", "AUTH *")]
    [InlineData("auth user secret", "auth * *")]
    [InlineData("HELLO 3 AUTH user secret SETNAME me", "HELLO 3 AUTH * * SETNAME me")]
    [InlineData("HELLO 3 SETNAME me AUTH user secret", "HELLO 3 SETNAME me AUTH * *")]
    [InlineData("HELLO 3 SETNAME me", "HELLO 3 SETNAME me")]
    [InlineData("ACL SETUSER alice on >secret", "ACL SETUSER * * *")]
    [InlineData("ACL DELUSER alice bob", "ACL DELUSER * *")]
    [InlineData("ACL GETUSER alice", "ACL GETUSER alice")]
    [InlineData("CONFIG SET requirepass secret", "CONFIG SET requirepass *")]
    [InlineData("config set maxmemory 1 RequirePass secret", "config set maxmemory 1 RequirePass *")]
    [InlineData("CONFIG SET maxmemory requirepass", "CONFIG SET maxmemory requirepass")]
    [InlineData("CONFIG GET requirepass", "CONFIG GET requirepass")]
    [InlineData("SLURP h:1 0 USER u PASSWORD secret TLS", "SLURP h:1 0 USER * PASSWORD * TLS")]
    [InlineData("MIGRATE h 1 k 0 10 AUTH2 user secret", "MIGRATE h 1 k 0 10 AUTH2 * *")]
    [InlineData("MIGRATE h 1 k 0 10 COPY AUTH secret", "MIGRATE h 1 k 0 10 COPY AUTH *")]
    [InlineData("SET auth secret", "SET auth secret")]
    public void Passwords_and_what_tells_about_users_are_hidden(string call, string shown)
    {
        var reader = new RequestReader();
        Assert.Equal(RequestStatus.Complete, reader.Read(Encoding.ASCII.GetBytes(call + "\r\n"), out _));
        string text = new ArgumentList(reader.Request).ToString();
        Assert.Equal(shown, text.Replace(SecretArguments.Shown, "*", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_password_its_SHA256_is_kept()
    {
        // FIPS 180-2, appendix B.1: the digest of "abc".
        const string Digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        PasswordHash hash = PasswordHash.Of("abc"u8);
        Assert.Equal(Digest, hash.ToString());
        Assert.Equal(hash, PasswordHash.TryParse(Digest));
        Assert.NotEqual(hash, PasswordHash.Of("abd"u8));
        Assert.Null(PasswordHash.TryParse(Digest.ToUpperInvariant()));
        Assert.Null(PasswordHash.TryParse(Digest[1..]));
        Assert.DoesNotContain("abc", new ServerOptions { RequirePass = hash }.ToString(), StringComparison.Ordinal);
    }
}
