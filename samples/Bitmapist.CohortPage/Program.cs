using Bitmapist.CohortPage;

// dotnet run --project samples/Bitmapist.CohortPage -- --bitmapist "localhost:6379?prefix=trackist_"
await using WebApplication app = CohortApp.Build(args);
await app.RunAsync();
