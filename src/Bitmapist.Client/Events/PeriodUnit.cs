namespace Bitmapist.Client.Events;

/// <summary>How long the periods are that events are counted in.</summary>
public enum PeriodUnit
{
    /// <summary>A clock hour. Marked only where hourly tracking is on.</summary>
    Hour,

    /// <summary>A calendar day.</summary>
    Day,

    /// <summary>An ISO week: Monday to Sunday, numbered in the ISO year that holds its Thursday.</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A calendar year: the OR of its twelve months.</summary>
    Year,
}
