using Bitmapist.Client.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client;

/// <summary>Dependency injection.</summary>
public static class BitmapistServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="BitmapistClient"/> for the application. It connects when it is first used, so that an
    /// application starts without its server; it logs to the application's logger, and takes the time from the
    /// application's <see cref="TimeProvider"/> if there is one. Of several registrations the last counts.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="connectionString">See <see cref="BitmapistOptions.Parse"/>.</param>
    /// <exception cref="FormatException">The connection string is wrong.</exception>
    public static IServiceCollection AddBitmapist(this IServiceCollection services, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(services);
        BitmapistOptions.Parse(connectionString); // What is wrong shows at start, not at the first request.
        return services.AddClient(() => BitmapistOptions.Parse(connectionString));
    }

    /// <inheritdoc cref="AddBitmapist(IServiceCollection, string)"/>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">Sets the options; called when the client is first asked for. An option out of its range
    /// is an <see cref="ArgumentException"/> then.</param>
    public static IServiceCollection AddBitmapist(
        this IServiceCollection services, Action<BitmapistOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddClient(() =>
        {
            var options = new BitmapistOptions();
            configure(options);
            return options;
        });
    }

    private static IServiceCollection AddClient(this IServiceCollection services, Func<BitmapistOptions> source)
    {
        return services.AddSingleton(provider =>
        {
            BitmapistOptions options = source();
            if (options.TimeProvider == TimeProvider.System)
                options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
            BitmapistOptions snapshot = options.Snapshot();
            return new BitmapistClient(ServerConnection.Create(snapshot), snapshot);
        });
    }
}
