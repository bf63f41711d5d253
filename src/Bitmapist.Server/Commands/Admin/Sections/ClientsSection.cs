using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO clients: who is connected. No command blocks its client here, and nothing tracks keys.</summary>
internal static class ClientsSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        ServerState server = call.Server;
        long inputMax = 0, outputMax = 0;
        foreach (ClientState client in server.Clients.InOrder)
        {
            inputMax = Math.Max(inputMax, client.BufferedRequestBytes);
            outputMax = Math.Max(outputMax, client.QueuedReplyBytes);
        }

        text.Add("connected_clients", server.Clients.Count);
        text.Add("cluster_connections", 0);
        text.Add("maxclients", server.ClientsMax);
        text.Add("client_recent_max_input_buffer", inputMax);
        text.Add("client_recent_max_output_buffer", outputMax);
        text.Add("blocked_clients", 0);
        text.Add("tracking_clients", 0);
        text.Add("clients_in_timeout_table", 0);
    }
}
