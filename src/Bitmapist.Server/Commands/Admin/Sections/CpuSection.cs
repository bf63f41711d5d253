namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO cpu: seconds of processor time since the start; there are no child processes.</summary>
internal static class CpuSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        Environment.ProcessCpuUsage usage = Environment.CpuUsage;
        text.Add("used_cpu_sys", usage.PrivilegedTime.TotalSeconds, decimals: 6);
        text.Add("used_cpu_user", usage.UserTime.TotalSeconds, decimals: 6);
        text.Add("used_cpu_sys_children", 0.0, decimals: 6);
        text.Add("used_cpu_user_children", 0.0, decimals: 6);
    }
}
