"""SQLite and DuckDB: what is asked, what is changed, and what no statement can do."""

import datetime as dt
import sqlite3
import threading
from pathlib import Path

import polars as pl
import pytest

import shtairir_blocks.database as database
from shtairir.errors import RunCancelledError

TABLE = pl.DataFrame(
    {
        "name": ["Ada", "Bo", None],
        "age": [36, 30, None],
        "height": [1.7, float("nan"), None],
        "here": [True, False, None],
        "born": [dt.date(1988, 1, 2), dt.date(1994, 5, 6), None],
        "tags": [["x"], [], None],
    }
)
FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def people(ctx, tmp_path: Path) -> Path:
    return database.write_table(ctx, TABLE, tmp_path / "people.sqlite", "people")


class TestSQLite:
    """A file that other programs can read, too."""

    def test_a_table_is_written_and_read(self, ctx, people):
        found = database.query(ctx, people, "SELECT * FROM people")
        assert found.to_dicts() == [
            {"name": "Ada", "age": 36, "height": 1.7, "here": 1, "born": "1988-01-02", "tags": '["x"]'},
            {"name": "Bo", "age": 30, "height": None, "here": 0, "born": "1994-05-06", "tags": "[]"},
            dict.fromkeys(TABLE.columns),
        ]

    @pytest.mark.parametrize("evil", ["'; DROP TABLE people; --", '" OR 1=1', "Robert'); x"])
    def test_parameters_are_values_and_never_sql(self, ctx, people, evil):
        found = database.query(ctx, people, "SELECT :v AS v, count(*) AS n FROM people WHERE name = :v", {"v": evil})
        assert found.to_dicts() == [{"v": evil, "n": 0}]
        assert database.execute(ctx, people, "INSERT INTO people (name) VALUES (:v)", {"v": evil}) == 1
        assert database.query(ctx, people, "SELECT count(*) AS n FROM people")["n"][0] == 4

    @pytest.mark.parametrize("name", ['we"ird', "sel ect", "x; DROP TABLE people", "Größe"])
    def test_names_are_quoted(self, ctx, people, name):
        table = pl.DataFrame({name: [1]})
        database.write_table(ctx, table, people, name)
        listed = database.tables(ctx, people)
        assert listed.filter(pl.col("name") == name).to_dicts() == [
            {"name": name, "kind": "table", "columns": f"{name} INTEGER", "rows": 1}
        ]
        assert "people" in listed["name"].to_list()

    @pytest.mark.parametrize(
        "sql", ["DELETE FROM people", "UPDATE people SET age = 1", "DROP TABLE people", "CREATE TABLE x (a)"]
    )
    def test_a_query_changes_nothing(self, ctx, people, sql):
        before = people.read_bytes()
        with pytest.raises(ValueError, match="opened for reading only"):
            database.query(ctx, people, sql)
        assert people.read_bytes() == before

    def test_one_statement_is_executed_at_a_time(self, ctx, people):
        for use in (database.query, database.execute):
            with pytest.raises(ValueError, match="Only one statement"):
                use(ctx, people, "SELECT 1; DELETE FROM people")
        assert database.query(ctx, people, "SELECT count(*) AS n FROM people")["n"][0] == 3

    def test_no_statement_opens_another_file(self, ctx, people, tmp_path):
        other = tmp_path / "other.sqlite"
        for use in (database.query, database.execute):
            with pytest.raises(ValueError, match="would open another file"):
                use(ctx, people, f"ATTACH '{other}' AS other")
        with pytest.raises(ValueError, match="would open another file"):
            database.query(ctx, people, f"VACUUM INTO '{other}'")
        assert not other.exists()

    def test_too_many_rows_are_refused(self, ctx, people):
        with pytest.raises(ValueError, match="more than 2 rows"):
            database.query(ctx, people, "SELECT * FROM people", limit=2)
        assert database.query(ctx, people, "SELECT * FROM people", limit=3).height == 3

    def test_equal_names_of_columns_are_told_apart(self, ctx, people):
        found = database.query(ctx, people, "SELECT 1 AS a, 2 AS a, 'x' AS b")
        assert found.to_dicts() == [{"a": 1, "a_2": 2, "b": "x"}]

    def test_a_file_that_is_not_there_or_no_database_is_named(self, ctx, tmp_path):
        with pytest.raises(FileNotFoundError, match="Cannot find"):
            database.query(ctx, tmp_path / "none.sqlite", "SELECT 1")
        with pytest.raises(FileNotFoundError, match="Cannot find"):
            database.execute(ctx, tmp_path / "none.sqlite", "CREATE TABLE x (a)")
        assert list(tmp_path.iterdir()) == []
        text = tmp_path / "text.db"
        text.write_text("no database, only text " * 99)
        with pytest.raises(ValueError, match="is not an SQLite database"):
            database.query(ctx, text, "SELECT * FROM x")

    @pytest.mark.parametrize(
        ("sql", "sentence"),
        [
            ("SELEC 1", "syntax error"),
            ("SELECT * FROM nobody", "no such table: nobody"),
            ("SELECT :a", "parameters do not fit"),
            ("", "gives no rows"),
        ],
    )
    def test_a_wrong_statement_is_told_in_a_sentence(self, ctx, people, sql, sentence):
        with pytest.raises(ValueError, match=sentence):
            database.query(ctx, people, sql)

    def test_a_database_is_made_when_asked_for(self, ctx, tmp_path):
        path = tmp_path / "new" / "made.sqlite"
        assert database.execute(ctx, path, "CREATE TABLE x (a INTEGER UNIQUE, b)", create=True) == 0
        rows = [{"a": number, "b": None} for number in range(5)]
        assert database.execute(ctx, path, "INSERT INTO x VALUES (:a, :b)", rows) == 5
        assert database.execute(ctx, path, "INSERT INTO x VALUES (?, ?)", [[10, "x"], [11, "y"]]) == 2

    def test_several_rows_are_inserted_all_or_none(self, ctx, tmp_path):
        path = tmp_path / "x.sqlite"
        database.execute(ctx, path, "CREATE TABLE x (a INTEGER UNIQUE)", create=True)
        with pytest.raises(ValueError, match="UNIQUE"):
            database.execute(ctx, path, "INSERT INTO x VALUES (:a)", [{"a": 1}, {"a": 2}, {"a": 1}])
        assert database.query(ctx, path, "SELECT count(*) AS n FROM x")["n"][0] == 0

    def test_a_table_that_is_there_is_kept_unless_asked_for(self, ctx, people):
        with pytest.raises(ValueError, match="has a table 'people' already"):
            database.write_table(ctx, TABLE, people, "people")
        database.write_table(ctx, TABLE, people, "people", "append")
        assert database.tables(ctx, people)["rows"].to_list() == [6]
        database.write_table(ctx, TABLE.select("name"), people, "people", "replace")
        assert database.tables(ctx, people)["columns"].to_list() == ["name TEXT"]

    def test_a_table_that_cannot_be_written_leaves_the_old_one(self, ctx, people):
        huge = pl.DataFrame({"n": [1, 2**64 - 1]}, schema={"n": pl.UInt64})
        with pytest.raises(ValueError, match="too large for a database"):
            database.write_table(ctx, huge, people, "people", "replace")
        assert database.tables(ctx, people)["rows"].to_list() == [3]

    def test_a_database_in_use_is_told(self, ctx, people, monkeypatch):
        monkeypatch.setattr("shtairir_blocks.kernels.sqlite._BUSY_S", 0.1)
        other = sqlite3.connect(people)
        other.execute("BEGIN EXCLUSIVE")
        try:
            with pytest.raises(ValueError, match="in use by another program"):
                database.execute(ctx, people, "DELETE FROM people")
        finally:
            other.close()

    def test_a_long_query_ends_when_the_run_does(self, ctx, people):
        ctx.cancel_after = 0
        with pytest.raises(RunCancelledError):
            database.query(ctx, people, FOR_EVER)


class TestDuckDB:
    """SQL over tables and files."""

    sales = pl.DataFrame({"name": ["Ada", "Ada", "Bo"], "sum": [1.5, 2.0, 4.0]})

    def test_tables_are_joined(self, ctx):
        sql = "SELECT a.name, age, sum(b.sum) AS total FROM a JOIN b USING (name) GROUP BY ALL ORDER BY name"
        found = database.duckdb_(ctx, sql, TABLE, self.sales)
        assert found.to_dicts() == [{"name": "Ada", "age": 36, "total": 3.5}, {"name": "Bo", "age": 30, "total": 4.0}]

    def test_kinds_of_columns_come_through(self, ctx):
        assert database.duckdb_(ctx, "FROM a", TABLE).schema == TABLE.schema

    @pytest.mark.parametrize(
        ("expression", "value", "dtype"),
        [
            ("sum(range)", 3, pl.Int64),
            ("sum(range) * 10000000000000000000", 3e19, pl.Float64),
            ("INTERVAL 90 MINUTE", dt.timedelta(minutes=90), pl.Duration("us")),
            ("[INTERVAL 1 DAY]", "[1 day]", pl.String),
            ("'101'::BIT", "101", pl.String),
            ("DATE '2024-05-31'", dt.date(2024, 5, 31), pl.Date),
            ("{'a': 1}", {"a": 1}, pl.Struct({"a": pl.Int32})),
            ("NULL", None, pl.Int32),
        ],
    )
    def test_what_a_table_has_no_type_for_becomes_the_nearest(self, ctx, expression, value, dtype):
        found = database.duckdb_(ctx, f'SELECT {expression} AS "a ""b" FROM range(3)')['a "b']
        assert (found[0], found.dtype) == (value, dtype)

    def test_durations_go_in_and_out(self, ctx):
        table = pl.DataFrame({"d": [dt.timedelta(hours=1), None]})
        assert database.duckdb_(ctx, "SELECT max(d) AS d FROM a", table)["d"].to_list() == [dt.timedelta(hours=1)]

    def test_files_are_found_by_their_names(self, ctx, tmp_path):
        (tmp_path / "2024 sales.csv").write_text("name,sum\nAda,3\n")
        self.sales.write_parquet(tmp_path / "more.parquet")
        (tmp_path / "o'ne.json").write_text('[{"a": 1}, {"a": 2}]')
        files = sorted(tmp_path.iterdir())
        sql = "SELECT (SELECT sum FROM _2024_sales), (SELECT count(*) FROM more), (SELECT sum(a) FROM o_ne)"
        assert database.duckdb_(ctx, sql, files=files).row(0) == (3, 3, 3)

    def test_two_things_of_one_name_are_refused(self, ctx, tmp_path):
        (tmp_path / "a.csv").write_text("x\n1\n")
        with pytest.raises(ValueError, match=r"a\.csv would be called a"):
            database.duckdb_(ctx, "FROM a", TABLE, files=[tmp_path / "a.csv"])
        (tmp_path / "a.pdf").write_text("x")
        with pytest.raises(ValueError, match="no file that can be asked"):
            database.duckdb_(ctx, "FROM a", files=[tmp_path / "a.pdf"])
        (tmp_path / "x*.csv").write_text("x\n1\n")
        with pytest.raises(ValueError, match="would mean several files"):
            database.duckdb_(ctx, "FROM x_", files=[tmp_path / "x*.csv"])
        with pytest.raises(FileNotFoundError, match="Cannot find"):
            database.duckdb_(ctx, "FROM none", files=[tmp_path / "none.csv"])

    def test_parameters_are_values_and_never_sql(self, ctx):
        evil = "'; DROP TABLE a; --"
        found = database.duckdb_(
            ctx, "SELECT $v AS v, count(*) AS n FROM a WHERE name = $v", TABLE, parameters={"v": evil}
        )
        assert found.to_dicts() == [{"v": evil, "n": 0}]

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT * FROM read_text('{secret}')",
            "SELECT * FROM read_csv('{secret}')",
            "SELECT * FROM '{secret}'",
            "SELECT * FROM glob('{folder}/*')",
            "COPY a TO '{folder}/out.csv'",
            "ATTACH '{folder}/x.db'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "LOAD httpfs",
            "CREATE TABLE x AS FROM a",
            "EXPORT DATABASE '{folder}/export'",
            "SELECT getenv('HOME')",
        ],
    )
    def test_a_statement_sees_and_changes_nothing_else(self, ctx, tmp_path, sql):
        secret = tmp_path / "secret.csv"
        secret.write_text("x\nhidden\n")
        with pytest.raises(ValueError, match=r"nothing else|not changed|does not exist"):
            database.duckdb_(ctx, sql.format(secret=secret, folder=tmp_path), TABLE)
        assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]

    def test_one_statement_at_a_time_and_not_too_many_rows(self, ctx):
        with pytest.raises(ValueError, match="There are 2 statements"):
            database.duckdb_(ctx, "FROM a; FROM a", TABLE)
        with pytest.raises(ValueError, match="There are 0 statements"):
            database.duckdb_(ctx, "", TABLE)
        with pytest.raises(ValueError, match="more than 2 rows"):
            database.duckdb_(ctx, "FROM a", TABLE, limit=2)

    def test_a_wrong_statement_is_told_in_a_sentence(self, ctx):
        with pytest.raises(ValueError, match=r"Binder Error: .*nobody"):
            database.duckdb_(ctx, "SELECT nobody FROM a", TABLE)
        with pytest.raises(ValueError, match=r"Parser Error: syntax error"):
            database.duckdb_(ctx, "SELEC 1", TABLE)

    def test_a_long_query_ends_when_the_run_does(self, ctx):
        threading.Timer(0.2, lambda: setattr(ctx, "cancel_after", 0)).start()
        with pytest.raises(RunCancelledError):
            database.duckdb_(ctx, "SELECT sum(x.range * y.range) AS n FROM range(10000000) x, range(10000000) y")
