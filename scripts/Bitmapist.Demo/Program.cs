using System.Globalization;
using Bitmapist.Demo;

// Arguments: the server's executable, then a purchase log (optionally gzipped), or nothing for a generated one.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
PurchaseLog log = args.Length > 1 ? PurchaseLog.Read(args[1]) : PurchaseLog.Generate();
Console.WriteLine(args.Length > 1
    ? $"{args[1]}: {log.Purchases.Count:N0} purchases of {log.Customers:N0} customers"
    : $"no purchase log given: generated {log.Purchases.Count:N0} purchases of {log.Customers:N0} customers");

List<Mark> marks = log.ToMarks();
string directory = Directory.CreateTempSubdirectory("bitmapist-demo-").FullName;
try
{
    using var server = new ServerProcess(args[0], Path.Combine(directory, "bitmapist.db"));
    Loading.Run(server, marks);
    using RespClient client = server.Connect();
    int wrong = Verification.CompareKeys(client, marks);
    wrong += RetentionTable.Print(client, log);
    Console.WriteLine(wrong == 0 ? "everything agrees with a plain computation"
        : $"{wrong} DISAGREE with a plain computation");
    return wrong == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(directory, recursive: true);
}
