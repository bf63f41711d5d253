using System.Globalization;
using Bitmapist.Transport.Benchmarks;

// usage: serve CARRIER PORT LOOPS    answers :0 to every request, until standard input ends
//        compare [ROUNDS] [SECONDS]  puts the same load on each carrier and on redis-server, in turn
return args switch
{
    ["serve", var carrier, var port, var loops] => await FixedReplyServer.RunAsync(
        carrier, int.Parse(port, CultureInfo.InvariantCulture), int.Parse(loops, CultureInfo.InvariantCulture))
        .ConfigureAwait(false),
    ["compare", .. var rest] => Comparison.Run(
        rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 5,
        rest.Length > 1 ? double.Parse(rest[1], CultureInfo.InvariantCulture) : 1,
        rest.Length > 2 ? rest[2..] : Comparison.Contenders),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: compare [ROUNDS] [SECONDS] [CONTENDER]...");
    return 2;
}
