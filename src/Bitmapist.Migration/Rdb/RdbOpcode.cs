namespace Bitmapist.Migration.Rdb;

/// <summary>Bytes that are where a value's type could (Redis, rdb.h).</summary>
internal enum RdbOpcode : byte
{
    /// <summary>How long the next key was idle, in Redis Enterprise's own measure.</summary>
    EnterpriseIdle = 107,

    /// <summary>Slots of a cluster that are being moved in; Valkey only (9.0).</summary>
    SlotImport = 243,

    /// <summary>A cluster slot's number, keys and expiries (7.4).</summary>
    SlotInfo = 244,

    /// <summary>A library of functions (7.0).</summary>
    Function = 245,

    /// <summary>What a module keeps beside the keys (5.0).</summary>
    ModuleAux = 247,

    /// <summary>Seconds for which the next key was idle (5.0).</summary>
    Idle = 248,

    /// <summary>How often the next key was used (5.0).</summary>
    Frequency = 249,

    /// <summary>A name and a text about the file (3.2).</summary>
    Aux = 250,

    /// <summary>Keys and expiries to come in this database (3.2).</summary>
    ResizeDatabase = 251,

    /// <summary>The next key's expiry in unix milliseconds (2.6).</summary>
    ExpireTimeMs = 252,

    /// <summary>The next key's expiry in unix seconds.</summary>
    ExpireTimeSeconds = 253,

    /// <summary>The number of the database that follows.</summary>
    SelectDatabase = 254,

    /// <summary>The end; from version 5 on a CRC-64 follows.</summary>
    End = 255,
}
