//! The cron language, one line a case.

use super::super::super::invalid::testing::{invalid, valid, valid_as};
use super::super::Expression;
use super::*;

#[test]
fn accepts_the_language() {
    for text in [
        "0 4 ? * SUN *",
        "0 4 ? * sun-sat *",
        "0/15 * * * ? *",
        "5,10-20/5,59 0-23 1 JAN,7 ? 2024-2030",
        "0 0 L * ? *",
        "0 0 L-3 * ? *",
        "0 0 LW * ? *",
        "0 0 15W,1 * ? *",
        "0 0 ? * 6L *",
        "0 0 ? * L *",
        "0 0 ? * fri#2 *",
        "0 0 29 2 ? *",
        "0 0 31 2,3 ? *",
        "*/5 * ? * MON-FRI 1970/2",
    ] {
        valid(Cron::parse, text);
    }
    valid_as(Cron::parse, " 0\t4  ? * SUN * ", "0 4 ? * SUN *");
}

#[test]
fn keeps_the_values() {
    let cron = Cron::parse("5/20,0 22-23 ? JAN,3 MON-WED 2030,2029").unwrap();
    assert_eq!(cron.minutes(), [0, 5, 25, 45]);
    assert_eq!(cron.hours(), [22, 23]);
    assert_eq!(cron.months(), [1, 3]);
    assert_eq!(cron.years(), [2029, 2030]);
    assert_eq!(cron.days(), &Days::OfWeek(vec![DayOfWeek::Day(2), DayOfWeek::Day(3), DayOfWeek::Day(4)]));
    let days = |text: &str| Cron::parse(text).unwrap().days().clone();
    assert_eq!(days("0 0 ? * 6#2 *"), Days::OfWeek(vec![DayOfWeek::Nth(6, 2)]));
    assert_eq!(days("0 0 ? * FRIL *"), Days::OfWeek(vec![DayOfWeek::Last(6)]));
    assert_eq!(days("0 0 L-2 * ? *"), Days::OfMonth(vec![DayOfMonth::BeforeLast(2)]));
    assert_eq!(days("0 0 LW,3w * ? *"), Days::OfMonth(vec![DayOfMonth::NearestWeekday(3), DayOfMonth::LastWeekday]));
}

#[test]
fn names_the_field_and_what_it_takes() {
    let check = |text: &str, expected: &str| invalid(Expression::parse, text, expected);
    let minutes = "in the minutes field is not allowed: 0-59 with `,` `-` `*` `/`";
    let week = "in the day-of-week field is not allowed: 1-7 (1 is Sunday) or SUN-SAT with `,` `-` `*` `?` `L` `#`";
    check("cron(60 4 ? * SUN *)", &format!("`60` {minutes} @ 60"));
    check("cron(5, 4 ? * SUN *)", &format!("`` {minutes} @ 5,"));
    check("cron(+5 4 ? * SUN *)", &format!("`+5` {minutes} @ +5"));
    check("cron(é 4 ? * SUN *)", &format!("`é` {minutes} @ é"));
    check("0 24 ? * SUN *", "`24` in the hours field is not allowed: 0-23 with `,` `-` `*` `/` @ 24");
    check("0 4 ? * SUNDAY *", &format!("`SUNDAY` {week} | did you mean `SUN`? @ SUNDAY"));
    check("0 4 ? * 0 *", &format!("`0` {week} | write `SUN` or `1` for Sunday @ 0"));
    check("0 4 ? * W *", &format!("`W` {week} @ W"));
    check("0 4 32 * ? *", "`32` in the day-of-month field is not allowed: 1-31 with `,` `-` `*` `?` `/` `L` `W` @ 32");
    check(
        "0 4 ? JNA SUN *",
        "`JNA` in the month field is not allowed: 1-12 or JAN-DEC with `,` `-` `*` `/` | did you mean `JAN`? @ JNA",
    );
    check("0 4 ? * SUN 1969", "`1969` in the year field is not allowed: 1970-2199 with `,` `-` `*` `/` @ 1969");
    check(
        "? 4 ? * SUN *",
        "the minutes field cannot be `?`, only a day field can: 0-59 with `,` `-` `*` `/` | write `*` for all @ ?",
    );
    check("0/0 4 ? * SUN *", "`0/0` in the minutes field has no step: after `/` stands a whole number from 1 @ 0/0");
    check(
        "0 4 ? * MON/2 *",
        "`MON/2` has a step, which the day-of-week field does not take: 1-7 (1 is Sunday) or SUN-SAT \
         with `,` `-` `*` `?` `L` `#` | list the values, as in `MON,WED,FRI` @ MON/2",
    );
    check(
        "0 22-2 ? * SUN *",
        "`22-2` in the hours field runs backwards: a range is from low to high | write `22-23,0-2` @ 22-2",
    );
    check(
        "0 4 ? * SAT-SUN *",
        "`SAT-SUN` in the day-of-week field runs backwards: a range is from low to high | write `SAT,SUN` @ SAT-SUN",
    );
    check(
        "0 4 ? * FRI#6 *",
        "`FRI#6` in the day-of-week field is not allowed: after `#` stands 1-5, the first to the fifth of the month \
         @ FRI#6",
    );
    check(
        "0 4 ? * FRI#2,MON *",
        "`FRI#2,MON` has more than one day: a day-of-week with `#` stands alone in its field @ FRI#2,MON",
    );
    check(
        "0 4 30 FEB ? *",
        "none of the months of this schedule has a day 30 | write `L` for the last day of the month @ 30",
    );
}

#[test]
fn exactly_one_day_field_chooses() {
    let check = |text: &str, expected: &str| invalid(Expression::parse, text, expected);
    let rule = "exactly one of the fields day-of-month and day-of-week is `?`, here";
    check("0 4 * * * *", &format!("{rule} neither is | write `cron(0 4 * * ? *)` @ *"));
    check("0 4 * * SUN *", &format!("{rule} neither is | write `cron(0 4 ? * SUN *)` @ *"));
    check("0 4 ? * ? *", &format!("{rule} both are | write `cron(0 4 * * ? *)` for each day @ ?"));
    check(
        "0 4 1 * SUN *",
        &format!("{rule} neither is | write `?` in the one that does not matter; AWS cannot join the two @ SUN"),
    );
}

#[test]
fn translates_crontab_lines() {
    let check = |text: &str, help: &str| {
        let message = "has five fields, as in a Unix crontab: AWS takes six, \
                       `minutes hours day-of-month month day-of-week year`";
        invalid(Expression::parse, text, &format!("`{text}` {message} | {help} @ {text}"));
    };
    check("0 4 * * 0", "write `cron(0 4 ? * SUN *)`");
    check("0 4 * * *", "write `cron(0 4 * * ? *)`");
    check("*/5 4 1 JAN *", "write `cron(*/5 4 1 JAN ? *)`");
    check("0 4 * * 1-5", "write `cron(0 4 ? * MON-FRI *)`");
    check("0 4 * * 5-7", "write `cron(0 4 ? * FRI,SAT,SUN *)`");
    check("0 4 * * 0,6", "write `cron(0 4 ? * SUN,SAT *)`");
    check("0 4 * * mon", "write `cron(0 4 ? * mon *)`");
    check("0 4 1 * 0", "write `?` in one of the day fields, and a year or `*` at the end");
    check("0 4 * * 9", "write `?` in one of the day fields, and a year or `*` at the end");
}

#[test]
fn other_counts() {
    let check = |text: &str, expected: &str| invalid(Expression::parse, text, expected);
    let layout = "AWS takes six, `minutes hours day-of-month month day-of-week year`";
    check(
        "0 0 4 ? * SUN *",
        &format!("`0 0 4 ? * SUN *` has 7 fields: {layout} | there are no seconds: write `cron(0 4 ? * SUN *)` @ 0"),
    );
    check(
        "cron()",
        &format!("`` has 0 fields: {layout} | write for example `cron(0 4 ? * SUN *)` for each Sunday at 04:00"),
    );
}
