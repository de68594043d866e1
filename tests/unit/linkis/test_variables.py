"""Variables and run_date arithmetic, with the values Linkis' own tests expect."""

from datetime import UTC, datetime

import pytest

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable
from windlass.coordinator.dialects.linkis.variables.substitution import Users, substitute

NOW = datetime(2024, 3, 31, 23, 4, 5, tzinfo=UTC)
USERS = Users(execute="alice", submit="bob")


def replaced(code: str, code_type: str = "sql", **given: object) -> str:
    return substitute(code, code_type, given, USERS, NOW).code


def refusal(code: str, code_type: str = "sql", **given: object) -> tuple[int, str]:
    with pytest.raises(Unsubstitutable) as refused:
        replaced(code, code_type, **given)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("run_date", "20200228"),
        ("run_date_std", "2020-02-28"),
        ("run_date+2", "20200301"),
        ("run_date-59", "20191231"),
        ("run_today", "20200229"),
        ("run_today_std", "2020-02-29"),
        ("run_today_std + 1", "2020-03-01"),
        ("run_month_begin", "20200201"),
        ("run_month_begin-1", "20200101"),
        ("run_month_end", "20200229"),
        ("run_month_end_std+1", "2020-03-31"),
        ("run_month_now_begin", "20200101"),
        ("run_month_now_end_std", "2020-01-31"),
        ("run_quarter_begin", "20200101"),
        ("run_quarter_begin-1", "20191001"),
        ("run_quarter_end_std", "2020-03-31"),
        ("run_half_year_begin-1", "20190701"),
        ("run_half_year_begin_std", "2020-01-01"),
        ("run_half_year_end", "20200630"),
        ("run_half_year_end+1", "20201231"),
        ("run_year_begin", "20200101"),
        ("run_year_begin_std-3", "2017-01-01"),
        ("run_year_end+10", "20301231"),
        ("run_year_end_std", "2020-12-31"),
        ("run_mon", "202002"),
        ("run_mon_std", "2020-02"),
        ("run_mon_start", "202002"),
        ("run_mon_start_std-2", "2019-12"),
        ("run_mon_end", "202012"),
        ("run_mon_end-1", "202012"),
        ("run_mon_end-2", "201912"),
        ("run_mon_end_std+11", "2021-12"),
        ("run_mon_now", "202002"),
        ("run_current_mon_now_std", "2020-02"),
        ("run_last_mon_now", "202001"),
        ("run_last_mon_now_std-1", "2019-12"),
        ("run_today_h", "2020022923"),
        ("run_today_h+12", "2020030111"),
        ("run_today_hour_std", "2020-02-29 23"),
        ("run_today_hour_std+1", "2020-03-01 00"),
    ],
)
def test_dates_derive_from_run_date_and_move_by_their_own_unit(expression: str, value: str) -> None:
    assert replaced(f"'${{{expression}}}'", run_date="20200228") == f"'{value}'"


def test_run_date_is_yesterday_unless_it_is_given() -> None:
    assert replaced("${run_date} ${run_today} ${run_mon_now} ${run_last_mon_now}") == (
        "20240330 20240331 202403 202402"
    )
    assert replaced("${run_date}", run_date="2020-02-28") == "20200228"
    assert replaced("--@set run_date=20240229\n${run_today}", run_date="20200101").endswith(
        "20240301"
    )


def test_what_ends_a_month_is_counted_from_run_today_where_its_name_says_now() -> None:
    shown = "${run_mon} ${run_mon_now} ${run_last_mon_now} ${run_month_now_end}"

    assert replaced(shown, run_date="20200131") == "202001 202002 202001 20200131"


@pytest.mark.parametrize(
    "day", ["2020", "20201301", "20200230", "tomorrow", "99991231", "00010101", "٢٠٢٠٠٢٢٨"]
)
def test_a_run_date_that_is_no_day_is_refused(day: str) -> None:
    assert refusal("${run_date}", run_date=day)[0] == 20050


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("run_date*2", 20046),
        ("run_mon/2", 20046),
        ("run_date+x", 20046),
        ("run_date+1.5", 20046),
        ("run_date+9999999", 20046),
        ("run_year_end+9999999", 20046),
        ("run_date+", 20042),
        ("name-default", 20049),
        ("name*2", 20049),
        ("number/0", 20047),
        ("number+name", 20047),
    ],
)
def test_what_cannot_be_calculated_is_refused_with_linkis_number(
    expression: str, code: int
) -> None:
    found, text = refusal(f"${{{expression}}}", name="x", number="7")

    assert found == code
    assert text


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("big+1", "9223372036854775808"),
        ("n+b", "10"),
        ("n - 3", "4"),
        ("n*1.50", "10.5"),
        ("n/2", "3.5"),
        ("n/3", "2.333333333333333333333333333333333"),
        ("n", "7"),
        ("zero+1", "0071"),
        ("word+1", "ab1"),
        ("word + n", "ab7"),
        ("user", "alice"),
        ("execute_user", "alice"),
        ("submit_user", "bob"),
        ("yes", "true"),
        (" n ", "7"),
        ("dotted.name", "d"),
    ],
)
def test_numbers_calculate_exactly_and_text_is_joined(expression: str, value: str) -> None:
    given = {"n": 7, "b": "3", "big": "9223372036854775807", "zero": "007", "word": "ab"}
    odd = {"yes": True, "dotted.name": "d"}

    assert substitute(f"${{{expression}}}", "sql", given | odd, USERS, NOW).code == value


def test_what_nobody_defined_stays_as_it_is() -> None:
    code = "echo ${HOME} ${VAR:-x} ${#a[@]} ${ } ${1} ${a b} $HOME $(x) {ds=20220516} ${gone+1}"

    assert replaced(code, "shell", empty="", none=None) == code


def test_definitions_in_the_code_win_over_the_request_but_not_over_the_user() -> None:
    code = "#@set a=1;\n  #@set b = x y \n#@set user=mallory\n#@set execute_user=carol\n"

    found = substitute(
        code + "${a} ${b} ${user} ${execute_user}", "python", {"a": 5, "c": 6}, USERS, NOW
    )

    assert found.code.endswith("\n1 x y alice carol")
    assert found.variables == {
        "a": "1",
        "b": "x y",
        "c": "6",
        "user": "alice",
        "execute_user": "carol",
        "submit_user": "bob",
        "run_date": "20240330",
    }


def test_the_request_cannot_say_who_it_is_run_for() -> None:
    given = {"user": "x", "execute_user": "x", "submit_user": "x"}

    assert replaced("${user} ${execute_user} ${submit_user}", **given) == "alice alice bob"


@pytest.mark.parametrize(
    ("code_type", "mark"),
    [
        ("sql", "--@set"),
        ("HQL", "--@set"),
        ("py", "#@set"),
        ("pyspark", "#@set"),
        ("sh", "#@set"),
        ("scala", "//@set"),
        ("java", "!!@set"),
    ],
)
def test_each_language_has_its_mark(code_type: str, mark: str) -> None:
    assert replaced(f"{mark} x=5\n${{x}}", code_type).endswith("\n5")
    assert replaced("%%@set x=5\n${x}", code_type).endswith("\n${x}")


def test_a_mark_within_a_line_defines_nothing() -> None:
    assert replaced("echo '#@set a=1' ${a}", "shell") == "echo '#@set a=1' ${a}"
    assert replaced("#@set\n${a}", "shell") == "#@set\n${a}"


@pytest.mark.parametrize(
    ("line", "code"), [("#@set a=b=c", 20044), ("#@set a", 20045), ("#@set a=", 20045)]
)
def test_a_definition_has_exactly_one_equals_sign(line: str, code: int) -> None:
    assert refusal(f"{line}\necho", "shell")[0] == code


def test_nothing_is_replaced_in_code_of_an_unknown_type() -> None:
    assert replaced("  ${user} &{yyyy} ", "cobol") == "  ${user} &{yyyy} "


def test_code_that_is_only_a_variable_works_and_is_stripped() -> None:
    assert replaced("${x}", x="1") == "1"
    assert replaced("\n\t ${x} \n", x=" 1 ") == "1"


def test_json_code_has_variables_but_no_definitions() -> None:
    assert replaced('{"a": "${run_date}"}', "data_calc", run_date="20200228") == (
        '{"a": "20200228"}'
    )


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("yyyy-MM", "2020-02"),
        ("yyyy-MM-dd%-1d%+2M", "2020-04-27"),
        ("yyyyMMdd%-1y", "20190228"),
        ("yyyy-MM-01%-2M", "2019-12-01"),
        ("yyyy-MM-dd HH:mm:ss", "2020-02-28 23:04:05"),
        ("HH:mm:ss%+1H%-5m%+56s", "00:00:01"),
        ("yyyy-MM-dd'T'hh a", "2020-02-28T11 PM"),
        ("yy-M-d E MMM EEEE MMMM ''", "20-2-28 Fri Feb Friday February '"),
        (" yyyy ", "2020"),
        ("DDD", "059"),
        ("SSS", "000"),
    ],
)
def test_a_java_pattern_is_written_with_the_date_of_run_date_and_the_time_of_now(
    pattern: str, value: str
) -> None:
    assert replaced(f"select &{{{pattern}}}", run_date="20200228") == f"select {value}"


@pytest.mark.parametrize(
    "pattern", ["foo", "yyyy%1w", "yyyy%d", "yyyy%+9999999y", "", "%+1d", "yyyy%", "'x", "yyyy\n"]
)
def test_what_is_no_pattern_stays_as_it_is(pattern: str) -> None:
    assert replaced(f"a &{{{pattern}}} b &&{{", "shell") == f"a &{{{pattern}}} b &&{{"


def test_a_short_code_cannot_become_an_endless_one() -> None:
    assert refusal("${x}" * 100_000, x="y" * 1000) == (
        20050,
        "code would be longer than 33554432 characters",
    )
