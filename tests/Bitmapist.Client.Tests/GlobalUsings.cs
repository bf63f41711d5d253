global using Bitmapist.Client.Connections;
