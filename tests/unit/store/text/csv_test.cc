#include "store/text/csv.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows RowsOf(std::string_view text, CsvReader::Comments comments = CsvReader::Comments::kNone) {
  CsvReader reader(text, comments);
  Rows rows;
  CsvRow row;
  while (reader.Next(row)) rows.push_back(row.cells);
  CHECK_FALSE(reader.fault());
  return rows;
}

std::vector<size_t> LinesOf(std::string_view text) {
  CsvReader reader(text);
  std::vector<size_t> lines;
  CsvRow row;
  while (reader.Next(row)) lines.push_back(row.line);
  return lines;
}

// "LINE: WHAT".
std::string FaultOf(std::string_view text) {
  CsvReader reader(text);
  CsvRow row;
  while (reader.Next(row)) {
  }
  return reader.fault() ? std::to_string(reader.fault()->line) + ": " + reader.fault()->what : "";
}

TEST_CASE("cells are what RFC 4180 says they are", "[csv]") {
  CHECK(RowsOf("a,b\r\nc,d\r\n") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(RowsOf("a,b\nc,d") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(RowsOf("\"a,b\",\"say \"\"hi\"\"\",\"\"\n") == Rows{{"a,b", "say \"hi\"", ""}});
  CHECK(RowsOf("\"two\r\nlines\",x\n") == Rows{{"two\r\nlines", "x"}});
  CHECK(RowsOf("a,,c,\n") == Rows{{"a", "", "c", ""}});
  CHECK(RowsOf("").empty());
}

TEST_CASE("a table as a spreadsheet saves it is read, whatever it puts between the cells", "[csv]") {
  CHECK(RowsOf("\xEF\xBB\xBFname;ip\r\nA, north;192.0.2.1\r\n") == Rows{{"name", "ip"}, {"A, north", "192.0.2.1"}});
  CHECK(RowsOf("name\tip\nA; b\t192.0.2.1\n") == Rows{{"name", "ip"}, {"A; b", "192.0.2.1"}});
  CHECK(RowsOf("sep=;\r\nname;a,b,c\r\n") == Rows{{"name", "a,b,c"}});
  CHECK(RowsOf("\"a;b;c\",d\n") == Rows{{"a;b;c", "d"}});
  CHECK(RowsOf("192.0.2.1\nA; 192.0.2.2\n") == Rows{{"192.0.2.1"}, {"A", "192.0.2.2"}});
  CHECK(RowsOf("a,b\r\n\r\n,,\r\n\r\nc,d\r\n\r\n") == Rows{{"a", "b"}, {"c", "d"}});
}

TEST_CASE("blanks around a cell go, those in quotes stay", "[csv]") {
  CHECK(RowsOf(" a , \" b \" ,c\n") == Rows{{"a", " b ", "c"}});
  CHECK(RowsOf("5\" rack, x\n") == Rows{{"5\" rack", "x"}});
}

TEST_CASE("comments are left out where they are wanted", "[csv]") {
  const std::string_view text = "# the \"core, of it\nA, 192.0.2.1\n#B, 192.0.2.2\n";
  CHECK(RowsOf(text, CsvReader::Comments::kHash) == Rows{{"A", "192.0.2.1"}});
  CHECK(RowsOf("#1, x\n") == Rows{{"#1", "x"}});
}

TEST_CASE("a row knows the line that it begins in", "[csv]") {
  CHECK(LinesOf("\xEF\xBB\xBF"
                "a\n\n\"b\nb\nb\"\nc\r\nd") == std::vector<size_t>{1, 3, 6, 7});
}

TEST_CASE("what is no table says where and why", "[csv]") {
  CHECK(FaultOf(std::string_view("\xFF\xFE"
                                 "a\0",
                                 4)) == "1: the text is UTF-16: save it as \"CSV UTF-8\"");
  CHECK(FaultOf(std::string_view("a\nb\0c", 5)) ==
        "2: a zero byte: expected text in UTF-8, which a spreadsheet saves as CSV");
  CHECK(FaultOf("a,b\nM\xFCller,c\n") == "2: the text is not UTF-8: save it as \"CSV UTF-8\"");
  CHECK(FaultOf("a\n\"b\nc\n") == "2: a quote that is never closed");
  CHECK(FaultOf("a\n\"b\"c\n") == "2: text behind a closing quote: a quote within a cell is written twice");
  CHECK(FaultOf(std::string(300, ',')) == "1: more than 256 cells in a row");
}

std::string Written(const std::vector<std::string>& cells) {
  CsvWriter out;
  for (const auto& cell : cells) out.Text(cell);
  out.EndRow();
  return std::move(out).Take();
}

TEST_CASE("a cell that is written is read back the same, whatever is in it", "[csv]") {
  const std::vector<std::string> cells = {"plain", "",          "a,b", "a;b",  "\"quoted\"",   "two\nlines", " edges ",
                                          "=1+1",  "+49",       "-5",  "@me",  "\tt",          "'=x",        "''",
                                          "'",     "'n Beetje", "#1",  "\r\n", "M\xC3\xBCller"};
  const std::string text = Written(cells);
  CHECK(text.starts_with("\xEF\xBB\xBF"));
  CHECK(text.ends_with("\r\n"));
  CsvReader reader(text);
  CsvRow row;
  REQUIRE(reader.Next(row));
  for (auto& cell : row.cells) cell = std::string(WithoutGuard(cell));
  CHECK(row.cells == cells);
}

TEST_CASE("no cell of text is a formula", "[csv]") {
  for (const char* cell : {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"}) {
    const std::string text = Written({cell}).substr(3);
    CHECK((text.starts_with('\'') || text.starts_with("\"'")));
  }
}

}  // namespace
}  // namespace linewatch
