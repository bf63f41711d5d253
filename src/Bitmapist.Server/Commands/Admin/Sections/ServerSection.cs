using System.Runtime.InteropServices;
using Bitmapist.Server.Parameters;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO server: what is running, and since when.</summary>
internal static class ServerSection
{
    private const long MsPerDay = 24 * 60 * 60 * 1000;
    private static readonly string s_os = DescribeSystem();

    public static void Write(CommandContext call, InfoText text)
    {
        ServerState server = call.Server;
        long uptimeMs = Math.Max(0, server.NowUnixMs - server.StartedAtUnixMs);
        text.Add("redis_version", ServerVersion.Redis);
        text.Add("redis_git_sha1", "00000000");
        text.Add("redis_git_dirty", 0);
        text.Add("redis_build_id", "0");
        text.Add("redis_mode", "standalone");
        text.Add("os", s_os);
        text.Add("arch_bits", Environment.Is64BitProcess ? 64 : 32);
        text.Add("multiplexing_api", server.Transport.Name());
        text.Add("process_id", Environment.ProcessId);
        text.Add("process_supervised", "no");
        text.Add("run_id", server.RunId);
        text.Add("tcp_port", ParameterTable.PortOf(call));
        TimeSpan sinceEpoch = server.Time.GetUtcNow() - DateTimeOffset.UnixEpoch;
        text.Add("server_time_usec", sinceEpoch.Ticks / TimeSpan.TicksPerMicrosecond);
        text.Add("uptime_in_seconds", uptimeMs / 1000);
        text.Add("uptime_in_days", uptimeMs / MsPerDay);
        text.Add("executable", Environment.ProcessPath ?? "");
        text.Add("config_file", "");
        text.Add("io_threads_active", 0);
        text.Add("bitmapist_version", ServerVersion.Bitmapist);
        text.Add("dotnet_version", Environment.Version.ToString());
    }

    /// <summary>System, release and architecture as uname tells them: "Linux 6.1.0 x86_64".</summary>
    private static string DescribeSystem()
    {
        string architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            Architecture other => other.ToString(),
        };
        const string Release = "/proc/sys/kernel/osrelease";
        return OperatingSystem.IsLinux() && File.Exists(Release)
            ? $"Linux {File.ReadAllText(Release).Trim()} {architecture}"
            : $"{RuntimeInformation.OSDescription} {architecture}";
    }
}
