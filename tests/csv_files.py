"""CSV files for the tests of `read_series`: what spreadsheets write, and what is refused."""

import codecs

DAY = 1 / 366  # of the year 2024

# Who writes such a file, its content, the options, and name, times, values and time_unit read.
GOOD = [
    ("Excel US", b"Date,Rain\r\n1/31/2024,1.5\r\n2/1/2024,\"1,234.50\"\r\n", {},
     ("Rain", [2024 + 30 * DAY, 2024 + 31 * DAY], [1.5, 1234.5], "day")),
    ("Excel US, UTF-8", codecs.BOM_UTF8 + "Year,°C\r\n1990,5\r\n1991,6\r\n".encode(), {},
     ("°C", [1990, 1991], [5, 6], "year")),
    ("Excel, German", "Datum;Größe\r\n01.02.2024;1,5\r\n02.02.2024;1.234,5\r\n".encode("cp1252"),
     {}, ("Größe", [2024 + 31 * DAY, 2024 + 32 * DAY], [1.5, 1234.5], "day")),
    ("Excel, German, time of day", b"Zeit;mm\r\n01.01.2024 00:00;,5\r\n01.01.2024 12:00;1,\r\n",
     {}, ("mm", [2024, 2024 + DAY / 2], [0.5, 1], "step")),
    ("Excel, Unicode text", "Datum\tGröße\r\n01.01.2024\t1,5\r\n".encode("utf-16"), {},
     ("Größe", [2024], [1.5], "step")),
    ("Unicode text, big end first", codecs.BOM_UTF16_BE + "a\tb\r\n1\t2\r\n".encode("utf-16-be"),
     {}, ("b", [1], [2], "step")),
    ("Excel, sep=", b"sep=;\r\nJahr;mm\r\n1990;1,5\r\n1991;-2\r\n", {},
     ("mm", [1990, 1991], [1.5, -2], "year")),
    ("Excel, sep= a tab", b"sep=\t\nJahr\tmm, cm; km\n1990\t1,5\n", {},
     ("mm, cm; km", [1990], [1.5], "step")),
    ("Excel, empty cells beside and below", b"Year,mm,,\r\n1990,1,,\r\n1991,2,,\r\n,,,\r\n,,,\r\n",
     {}, ("mm", [1990, 1991], [1, 2], "year")),
    ("Excel, Swiss", "Jahr;Fr\r\n1990;1'234.50\r\n1991;2\u2019000.00\r\n".encode(), {},
     ("Fr", [1990, 1991], [1234.5, 2000], "year")),
    ("Excel, French", "An;mm\r\n1990;1\u202f234,5\r\n1991;2\xa0000\r\n".encode(), {},
     ("mm", [1990, 1991], [1234.5, 2000], "year")),
    ("LibreOffice, all quoted", b'"year","mm"\n"1990","1.5"\n"1991","2"\n', {},
     ("mm", [1990, 1991], [1.5, 2], "year")),
    ("LibreOffice, minutes", b"t,mm\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,2\n", {},
     ("mm", [2024, 2024 + DAY / 1440], [1, 2], "minute")),
    ("Google Sheets, US", b"Month,Sales\r\n2024-01,\"1,000\"\r\n2024-02,\"12,000.5\"", {},
     ("Sales", [2024 + 0.5 / 12, 2024 + 1.5 / 12], [1000, 12000.5], "month")),
    ("Google Sheets, German", b'Monat,mm\r\n2024-01,"1,5"\r\n2024-02,"0,25"', {},
     ("mm", [2024 + 0.5 / 12, 2024 + 1.5 / 12], [1.5, 0.25], "month")),
    ("Google Sheets, Swedish", "n;mm\n1;\N{MINUS SIGN}1,5\n2;2\n".encode(), {},
     ("mm", [1, 2], [-1.5, 2], "step")),
    ("British dates", b"date,mm\n30/01/2024,1\n06/02/2024,2\n", {},
     ("mm", [2024 + 29 * DAY, 2024 + 36 * DAY], [1, 2], "week")),
    ("pandas", b",mm\n0,1.5\n1,2.5\n", {}, ("mm", [0, 1], [1.5, 2.5], "step")),
    ("pandas, with offsets", b"t,mm\n2024-01-01 00:00:00+00:00,1\n2024-01-01 03:00:00+02:00,2\n",
     {}, ("mm", [2024, 2024 + DAY / 24], [1, 2], "hour")),
    ("numpy", b"2024-01-01T00:00:00.000000000,1e-3\n2024-01-01T00:00:01.000000000,2E+3\n", {},
     ("f", [2024, 2024 + DAY / 86400], [1e-3, 2e3], "second")),
    ("weather service", b"station;day;mm\n44;20231231; 1.5\n44;20240101;-999\n",
     {"value": "mm", "time": "day", "missing": ()},
     ("mm", [2023 + 364 / 365, 2024], [1.5, -999], "day")),
    ("quarters", b"date,mm\n2024-01-01,1\n2024-04-01,2\n2024-07-01,3\n", {},
     ("mm", [2024, 2024 + 91 * DAY, 2024 + 182 * DAY], [1, 2, 3], "quarter")),
    ("ends of months", b"date,mm\n2023/12/31,1\n2024/01/31,2\n", {},
     ("mm", [2023 + 364 / 365, 2024 + 30 * DAY], [1, 2], "month")),
    ("years apart", b"year,mm\n1990,1\n1995,2\n", {}, ("mm", [1990, 1995], [1, 2], "step")),
    ("old Mac", b"year,mm\r1990,1\r1991,2\r", {}, ("mm", [1990, 1991], [1, 2], "year")),
    ("one column", b"mm\n1\n2\n\n\n", {}, ("mm", [0, 1], [1, 2], "step")),
    ("one column, decimal comma", b"mm\n1,5\n2,5\n", {}, ("mm", [0, 1], [1.5, 2.5], "step")),
    ("one number", b"5", {}, ("f", [0], [5], "step")),
    ("no header", b"0.5,1\n0.75,2\n", {}, ("f", [0.5, 0.75], [1, 2], "step")),
    ("words and values", b"city,mm\nBonn,1\nKiel,2\n", {}, ("mm", [0, 1], [1, 2], "step")),
    ("values and words", b"mm,city\n1,Bonn\n2,Kiel\n", {"value": 1},
     ("mm", [0, 1], [1, 2], "step")),
    ("many columns", b"year,a,b\n1990,1,2\n1991,3,4\n", {"value": "a"},
     ("a", [1990, 1991], [1, 3], "year")),
    ("times on the right", b"a,year\n1,1990\n3,1991\n", {"time": 2},
     ("a", [1990, 1991], [1, 3], "year")),
    ("times not wanted", b"year,mm\n1990,1\n1980,2\n", {"value": 2, "time": False},
     ("mm", [0, 1], [1, 2], "step")),
    ("names that are numbers", b"month,2019,2020\nJan,3,4\n", {"value": "2020"},
     ("2020", [0], [4], "step")),
    ("named anew", b"year,mm\n1990,1\n1991,2\n", {"name": "Rain", "time_unit": "season"},
     ("Rain", [1990, 1991], [1, 2], "season")),
    ("cells with commas and line ends", b'"year, AD","mm\nand\n""cm"""\n1990,1\n1991,2\n', {},
     ('mm\nand\n"cm"', [1990, 1991], [1, 2], "year")),
    ("a name that another separator would split", b'year,",;"\n1990,1\n1991,2\n', {},
     (",;", [1990, 1991], [1, 2], "year")),
    ("points in a file with commas", b"year,mm\n1990,1.234\n1991,2.345\n", {},
     ("mm", [1990, 1991], [1.234, 2.345], "year")),
    ("commas in a file with semicolons", b"year;mm\n1990;1,234\n1991;2,345\n", {},
     ("mm", [1990, 1991], [1.234, 2.345], "year")),
    ("decimal mark said", b"year;mm\n1990;1.234\n1991;2.345\n", {"decimal": ","},
     ("mm", [1990, 1991], [1234, 2345], "year")),
    ("decimal mark shown by the times", b"s\tmm\n0,5\t1.234\n1,0\t2.345\n", {},
     ("mm", [0.5, 1], [1234, 2345], "step")),
    ("gaps", b"year,mm\n1990,1\n1991,NA\n1992,-\n1993,4\n", {"fill_gaps": True},
     ("mm", [1990, 1991, 1992, 1993], [1, 2, 3, 4], "year")),
    ("years, newest first", b"year,mm\n1991,1\n1990,2\n", {}, ("mm", [1990, 1991], [2, 1], "year")),
    ("dates, newest first", b"date,mm\n02.01.2024,1\n01.01.2024,2\n", {},
     ("mm", [2024, 2024 + DAY], [2, 1], "day")),
    ("years of two digits", b"date,mm\n12/31/24,1\n", {}, ("mm", [2024 + 365 * DAY], [1], "step")),
    ("an empty row in one column", b"mm\n1\n\n3\n", {"fill_gaps": True},
     ("mm", [0, 1, 2], [1, 2, 3], "step")),
]  # fmt: skip

DAYS = "date,mm\n2024-01-01,1\n2024-01-02,{}\n2024-01-03,3\n"

# What is in a file that is refused, the options, and the whole message.
REFUSED = [
    ("", {}, "f.csv is empty; expected a table with a row for each value"),
    ("\n1\n", {}, "f.csv, row 1 is empty; expected the names of the columns: delete it"),
    ("  \n", {}, "f.csv, row 1 is empty; expected the names of the columns: delete it"),
    ("year,mm\n", {}, "f.csv has no row below its header ('year', 'mm'); expected a row for each "
     "value"),
    ("year,mm\n\n\n", {}, "f.csv has no row below its header ('year', 'mm'); expected a row for "
     "each value"),
    (b"PK\x03\x04rest", {},
     "f.csv is damaged (File is not a zip file): fetch or pack it again"),
    (b"\xd0\xcf\x11\xe0\0\0", {},
     "f.csv is a workbook of an old form: save it as .xlsx, or as CSV"),
    (b"year,mm\n1990,\x81\n", {},
     "f.csv is not text as UTF-8, UTF-16 with a byte-order mark, or Windows-1252: save"
     ' the table as CSV UTF-8, or give its encoding, such as encoding="gb18030"'),
    (b"\xff\xfea", {},
     "f.csv is not text as UTF-8, UTF-16 with a byte-order mark, or Windows-1252: save"
     ' the table as CSV UTF-8, or give its encoding, such as encoding="gb18030"'),
    ("year,mm\n1990,5\n".encode("utf-16-le"), {},
     "f.csv is not text as UTF-8, UTF-16 with a byte-order mark, or Windows-1252: save"
     ' the table as CSV UTF-8, or give its encoding, such as encoding="gb18030"'),
    ("sep=|\nyear|mm\n1990|5\n", {}, "f.csv says sep='|' in its first line; expected a comma, a "
     "semicolon or a tab: save it with one of these"),
    ("year,mm\n1990,5,7\n", {}, "f.csv, row 2 has 3 columns, row 1 has 2; expected as many: add "
     "or delete cells, and delete lines above the header"),
    ("year,mm\n1990,5\n1991\n", {}, "f.csv, row 3 has 1 column, row 1 has 2; expected as many: "
     "add or delete cells, and delete lines above the header"),
    ('year,mm\n1990,"5\n1991,6\n', {}, "f.csv, row 2 cannot be split into cells (unexpected end "
     'of data): close each quotation mark, and write one inside a quoted cell twice ("")'),
    ('year,mm\n1990,"5"x\n1991,6\n', {}, "f.csv, row 2 cannot be split into cells (',' expected "
     "after '\"'): close each quotation mark, and write one inside a quoted cell twice (\"\")"),
    ("year," + "m" * 1001 + "\n1990,5\n", {}, "f.csv, row 1, column 2 holds 1,001 characters, "
     "'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm...'; at most 1,000 are read: shorten it, or look "
     "for a quotation mark that is never closed"),
    ("year,mm\n" + "1" * 20001 + ",2\n", {}, "f.csv, row 2, column 1 holds 20,001 "
     "characters, '1111111111111111111111111111111111111...'; at most 1,000 are read: shorten it, "
     "or look for a quotation mark that is never closed"),
    ("," * 1000 + "\n", {}, "f.csv, row 1 is empty; expected the names of the columns: delete it"),
    ("m," * 1000 + "\n", {}, "f.csv, row 1 has 1,001 columns; at most 1,000 are read: keep those "
     "that are needed"),
    ('year,mm\n1990,"' + "5\n" * 70000, {}, "f.csv, row 2 cannot be split into cells (field "
     "larger than field limit (131072)): close each quotation mark, and write one inside a "
     'quoted cell twice ("")'),
    ("month,2019,2020\nJan,3,4\n", {}, "f.csv, row 1 holds words ('month') and numbers ('2019'): "
     "if it is the header, choose the column of the values by its name, value=...; if not, "
     "correct the cell, or write a header above"),
    ("2024-01-01,abc\n2024-01-02,5\n", {}, "f.csv, row 1 holds words ('abc') and numbers "
     "('2024-01-01'): if it is the header, choose the column of the values by its name, "
     "value=...; if not, correct the cell, or write a header above"),
    ("city,weather\nBonn,wet\n", {}, "f.csv has no column of numbers that may be the values; row "
     "2 holds 'Bonn', 'wet'; expected numbers such as 1.5 or 1,5, beside the times: correct the "
     "cells, or give value=..."),
    ("year,mm\n1990,n/a\n", {}, "f.csv has no column of numbers that may be the values; row 2 "
     "holds '1990', 'n/a'; expected numbers such as 1.5 or 1,5, beside the times: correct the "
     "cells, or give value=..."),
    ("Rain at Kew\nyear;mm\n", {}, "f.csv, row 2 has 2 columns, row 1 has 1; expected as many: "
     "add or delete cells, and delete lines above the header"),
    ("year,a,b\n1990,1,2\n", {}, 'f.csv has 2 columns that may be the values, column 2 ("a"), '
     "column 3 (\"b\"): choose one, for example value='b'"),
    ("1990,1,2\n", {}, "f.csv has 2 columns that may be the values, column 2, column 3: choose "
     "one, for example value=3"),
    ("year," + ",".join(f"c{k}" for k in range(12)) + "\n1990" + ",1" * 12 + "\n", {},
     'f.csv has 12 columns that may be the values, column 2 ("c0"), column 3 ("c1"), column 4 '
     '("c2"), column 5 ("c3"), column 6 ("c4"), column 7 ("c5"), column 8 ("c6"), column 9 '
     '("c7"), column 10 ("c8"), column 11 ("c9") and 2 more: choose one, for example '
     "value='c11'"),
    ("year,mm,mm\n1990,1,2\n", {"value": "mm"}, "f.csv has 2 columns of the name 'mm'; expected "
     "one: give a number instead, such as value=2"),
    ("year,mm\n1990,1\n", {"value": "rain"}, "value is 'rain'; f.csv has column 1 (\"year\"), "
     'column 2 ("mm"): give the name or the number of one of these'),
    ("1990,1\n", {"value": "rain"}, "value is 'rain'; f.csv has no header, only column 1, column "
     "2: give the name or the number of one of these"),
    ("year,mm\n1990,1\n", {"value": 3}, 'value is 3; f.csv has column 1 ("year"), column 2 '
     '("mm"): give the name or the number of one of these'),
    ("year,mm\n1990,1\n", {"value": 0}, 'value is 0; f.csv has column 1 ("year"), column 2 '
     '("mm"): give the name or the number of one of these'),
    ("year,mm\n1990,1\n", {"time": "date"}, "time is 'date'; f.csv has column 1 (\"year\"), "
     'column 2 ("mm"): give the name or the number of one of these'),
    ("year,mm\n1990,1\n", {"value": "mm", "time": 2}, "f.csv: value and time are both column 2 "
     '("mm"); expected two columns: name another one, or time=False counts the values 0, 1, 2, '
     "..."),
    (DAYS.format("abc"), {}, "f.csv, row 3, column 2 (\"mm\"): 'abc' is not a number; expected "
     "one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("5 mm"), {}, "f.csv, row 3, column 2 (\"mm\"): '5 mm' is not a number; expected "
     "one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("12%"), {},
     'f.csv, row 3, column 2 ("mm"): \'12%\' has another unit than \'1\' in row 2; '
     "expected one for the whole column: write all in the same unit"),
    (DAYS.format("1_000"), {}, "f.csv, row 3, column 2 (\"mm\"): '1_000' is not a number; "
     "expected one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("0x10"), {}, "f.csv, row 3, column 2 (\"mm\"): '0x10' is not a number; expected "
     "one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("inf"), {}, "f.csv, row 3, column 2 (\"mm\"): 'inf' is not a number; expected "
     "one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("-Infinity"), {}, "f.csv, row 3, column 2 (\"mm\"): '-Infinity' is not a "
     "number; expected one such as 1.5 or 1,5: correct it, or empty the cell and give "
     "fill_gaps=True"),
    (DAYS.format("1e400"), {}, "f.csv, row 3, column 2 (\"mm\"): '1e400' is too large; expected "
     "at most 3.4e38, as values have 32 bits: correct it, or choose a larger unit"),
    (DAYS.format("-1e39"), {}, "f.csv, row 3, column 2 (\"mm\"): '-1e39' is too large; expected "
     "at most 3.4e38, as values have 32 bits: correct it, or choose a larger unit"),
    (DAYS.format("1,234"), {}, "f.csv, row 3 has 3 columns, row 1 has 2; expected as many: add "
     "or delete cells, and delete lines above the header"),
    (DAYS.format("#DIV/0!"), {}, "f.csv, row 3, column 2 (\"mm\"): '#DIV/0!' is not a number; "
     "expected one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("=A1"), {}, "f.csv, row 3, column 2 (\"mm\"): '=A1' is not a number; expected "
     "one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("\u0661"), {}, "f.csv, row 3, column 2 (\"mm\"): '\u0661' is not a number; "
     "expected one such as 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format("x" * 60), {}, 'f.csv, row 3, column 2 ("mm"): '
     "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is not a number; expected one such as 1.5 or "
     "1,5: correct it, or empty the cell and give fill_gaps=True"),
    (DAYS.format('"1,5"'), {"decimal": "."}, "f.csv, row 3, column 2 (\"mm\"): '1,5' is not a "
     "number; expected one such as 1.5: correct it, or empty the cell and give fill_gaps=True"),
    ("date;mm\n2024-01-01;1.5\n2024-01-02;2,5\n", {}, "f.csv, row 3, column 2 (\"mm\"): '2,5' is "
     "not a number; expected one such as 1.5: correct it, or empty the cell and give "
     "fill_gaps=True"),
    ("date;mm\n2024-01-01;1.234,5\n2024-01-02;1,234.5\n", {},
     "f.csv, row 3, column 2 (\"mm\"): '1,234.5' is not a number; expected one such as 1,5: "
     "correct it, or empty the cell and give fill_gaps=True"),
    ("date;mm\n2024-01-01;12.34.567\n", {},

     'f.csv, row 2, column 2 ("mm"): \'12.34.567\' is not a number; expected one such as'
     " 1.5 or 1,5: correct it, or empty the cell and give fill_gaps=True"),
    ("date;mm\n2024-01-01;1.234\n2024-01-02;2.345\n", {},
     'f.csv, row 2, column 2 ("mm"): \'1.234\' may be 1.234 or 1234, and no number '
     'beside it shows which: give decimal="." for 1.234 or decimal="," for 1234'),
    ('date,mm\n2024-01-01,"1,234"\n', {},
     'f.csv, row 2, column 2 ("mm"): \'1,234\' may be 1234 or 1.234, and no number '
     'beside it shows which: give decimal="." for 1234 or decimal="," for 1.234'),
    ("mm\n1.234\n", {},
     'f.csv, row 2, column 1 ("mm"): \'1.234\' may be 1.234 or 1234, and no number '
     'beside it shows which: give decimal="." for 1.234 or decimal="," for 1234'),
    ("x\ty\n1\t1,234\n", {},
     'f.csv, row 2, column 2 ("y"): \'1,234\' may be 1234 or 1.234, and no number beside'
     ' it shows which: give decimal="." for 1234 or decimal="," for 1.234'),
    (DAYS.format(""), {}, "f.csv, row 3, column 2 (\"mm\"): '' is a missing value (1 of 3 are "
     "missing): write it, or fill each gap by a straight line between its neighbours with "
     "fill_gaps=True"),
    (DAYS.format("NA"), {}, "f.csv, row 3, column 2 (\"mm\"): 'NA' is a missing value (1 of 3 "
     "are missing): write it, or fill each gap by a straight line between its neighbours with "
     "fill_gaps=True"),
    ("mm\n\n1\n2\n", {"fill_gaps": True}, "f.csv, row 2, column 1 (\"mm\"): '' is a missing "
     "value, and in the first row a gap has a neighbour on one side only: write the value, or "
     "delete the row"),
    ("year,mm\n1990,1\n1991,-\n", {"fill_gaps": True}, "f.csv, row 3, column 2 (\"mm\"): '-' is "
     "a missing value, and in the last row a gap has a neighbour on one side only: write the "
     "value, or delete the row"),
    ("year,mm\n1990,\n1991,...\n", {"value": "mm"}, 'f.csv, row 2, column 2 ("mm"): \'\' is '
     "missing, as is all else in this column: choose another with value=..."),
    ("year,mm\n1990,1\n,2\n", {}, 'f.csv, row 3, column 1 ("year"): \'\' is no time; '
     "expected one in each row: write it, delete the row, or time=False counts the values 0, 1, "
     "2, ..."),
    ("year,mm\n1990,1\n\n1992,3\n", {}, 'f.csv, row 3, column 1 ("year"): \'\' is no time; '
     "expected one in each row: write it, delete the row, or time=False counts the values 0, 1, "
     "2, ..."),
    ("year,mm\n1991,1\n1991,2\n", {},
     'f.csv, row 3, column 1 ("year"): \'1991\' is not later than \'1991\' in the row '
     "above; times must increase: keep one of each time, or time=False counts the "
     "values 0, 1, 2, ..."),
    ("year,mm\n1990,1\nnext,2\n", {}, "f.csv, row 3, column 1 (\"year\"): 'next' is not a time "
     "like '1990': correct it, or time=False counts the values 0, 1, 2, ..."),
    ("year,mm\n1e400,1\n", {}, "f.csv, row 2, column 1 (\"year\"): '1e400' is too large for a "
     "time: correct it"),
    ("city,mm\nBonn,1\n", {"time": "city"},
     'f.csv, row 2, column 1 ("city"): \'Bonn\' is not a time; expected one such as '
     "2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or 2024-07-02 13:05: correct it, "
     "choose a column with time=..., or time=False counts the values 0, 1, 2, ..."),
    ("date,mm\n2024-02-30,1\n", {},
     'f.csv, row 2, column 1 ("date"): \'2024-02-30\' is not a time; expected one such '
     "as 2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or 2024-07-02 13:05: correct "
     "it, choose a column with time=..., or time=False counts the values 0, 1, 2, ..."),
    ("date,mm\n2024-01-31,1\n2024-02-30,1\n", {}, 'f.csv, row 3, column 1 ("date"): '
     "'2024-02-30' is not a time like '2024-01-31', on a day that exists: correct it, or "
     "time=False counts the values 0, 1, 2, ..."),
    ("date,mm\n2024-01-01,1\n2.1.2024,2\n", {}, "f.csv, row 3, column 1 (\"date\"): '2.1.2024' "
     "is not a time like '2024-01-01', on a day that exists: correct it, or time=False counts "
     "the values 0, 1, 2, ..."),
    ("date,mm\n0000-01-01,1\n", {},
     'f.csv, row 2, column 1 ("date"): \'0000-01-01\' is not a time; expected one such '
     "as 2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or 2024-07-02 13:05: correct "
     "it, choose a column with time=..., or time=False counts the values 0, 1, 2, ..."),
    ("date,mm\n2024-01-01 24:00,1\n", {},
     'f.csv, row 2, column 1 ("date"): \'2024-01-01 24:00\' is not a time; expected one '
     "such as 2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or 2024-07-02 13:05: "
     "correct it, choose a column with time=..., or time=False counts the values 0, 1,"
     " 2, ..."),
    ("date,mm\n2024-01-01T00:00Z,1\n2024-01-01T01:00,1\n", {},
     "f.csv, row 3, column 1 (\"date\"): '2024-01-01T01:00' is not a time like "
     "'2024-01-01T00:00Z', on a day that exists: correct it, or time=False counts the values 0, "
     "1, 2, ..."),
    ("date,mm\n0001-01-01T00:00+01:00,1\n", {},
     'f.csv, row 2, column 1 ("date"): \'0001-01-01T00:00+01:00\' is not a time; '
     "expected one such as 2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or 2024-07-02"
     " 13:05: correct it, choose a column with time=..., or time=False counts the "
     "values 0, 1, 2, ..."),
    ("date,mm\n03/04/2024,1\n04/05/2024,2\n", {}, 'f.csv, row 2, column 1 ("date"): '
     "'03/04/2024' may be day/month/year or month/day/year, and no time of the column shows "
     "which: write times as year-month-day, or time=False counts the values 0, 1, 2, ..."),
    ("date,mm\n01/13/2024,1\n13/02/2024,2\n", {}, 'f.csv, row 3, column 1 ("date"): '
     "'13/02/2024' is not a time like '01/13/2024', on a day that exists: correct it, or "
     "time=False counts the values 0, 1, 2, ..."),
    ("year,mm\n1990,1\n", {"decimal": ";"}, "decimal is ';'; expected \".\" or \",\""),
]  # fmt: skip
