namespace Bitmapist.Analytics.Periods;

/// <summary>How long the periods are that events are counted in; all of UTC, weeks of ISO 8601.</summary>
public enum PeriodUnit
{
    Hour,
    Day,
    Week,
    Month,
    Year,
}
