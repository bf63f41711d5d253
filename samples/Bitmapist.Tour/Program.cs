using Bitmapist.Client;
using Bitmapist.Tour;

// dotnet run --project samples/Bitmapist.Tour -- localhost:6379
// Everything is marked under a prefix of its own and deleted at the end.
BitmapistOptions options = BitmapistOptions.Parse(args.Length > 0 ? args[0] : "localhost:6379");
options.KeyPrefix ??= "bitmapist-tour_";
try
{
    await using BitmapistClient bitmapist = await BitmapistClient.ConnectAsync(options);
    await Walk.RunAsync(bitmapist);
    return 0;
}
catch (BitmapistException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
