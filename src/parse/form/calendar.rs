//! The proleptic Gregorian calendar and the clock.

/// The days of a month; 0 for a month that does not exist.
pub(crate) const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Whether year, month and day exist.
pub(crate) const fn check_date(year: u16, month: u8, day: u8) -> Result<(), &'static str> {
    if year == 0 {
        return Err("there is no year zero");
    }
    if month == 0 || month > 12 {
        return Err("month is not 01 to 12");
    }
    if day == 0 {
        return Err("day is zero");
    }
    if day > days_in_month(year, month) {
        return Err("no such day in that month");
    }
    Ok(())
}

/// Whether hour, minute and second exist. `last_second` is 59, or 60 where the form allows a leap second.
pub(crate) const fn check_time(hour: u8, minute: u8, second: u8, last_second: u8) -> Result<(), &'static str> {
    if hour > 23 {
        return Err("hour is not 00 to 23");
    }
    if minute > 59 {
        return Err("minute is not 00 to 59");
    }
    if second > last_second {
        return Err("second is not 00 to 59");
    }
    Ok(())
}

/// Days from the first of January of year 1, counting that as 0.
pub(crate) const fn day_number(year: u16, month: u8, day: u8) -> i64 {
    let before = year as i64 - 1;
    let mut days = before * 365 + before / 4 - before / 100 + before / 400;
    let mut earlier = 1;
    while earlier < month && earlier <= 12 {
        days += days_in_month(year, earlier) as i64;
        earlier += 1;
    }
    days + day as i64 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_years_follow_the_gregorian_rule() {
        assert_eq!(days_in_month(2024, 2), 29);
        assert_eq!(days_in_month(2023, 2), 28);
        assert_eq!(days_in_month(1900, 2), 28);
        assert_eq!(days_in_month(2000, 2), 29);
    }

    #[test]
    fn days_are_numbered_without_gaps() {
        let mut next = day_number(1, 1, 1);
        assert_eq!(next, 0);
        for year in 1..=2400 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(day_number(year, month, day), next);
                    next += 1;
                }
            }
        }
        // 1 January 1970 is day 719,162 of this count, as the Unix epoch's offset has it.
        assert_eq!(day_number(1970, 1, 1), 719_162);
    }
}
