// Tables as text: comma-separated values as RFC 4180 has them, and as spreadsheets and people write them.
#ifndef LINEWATCH_STORE_TEXT_CSV_H_
#define LINEWATCH_STORE_TEXT_CSV_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

struct CsvRow {
  size_t line = 0;  // in which it begins, from 1
  std::vector<std::string> cells;
};

struct CsvFault {
  size_t line;
  std::string what;
};

// Reads row by row. The separator is whichever of tab, semicolon and comma stands most often in the first line that has
// one, or what a line "sep=;" says. A cell in quotes may hold separators, line ends and doubled quotes; blanks around
// one without are no part of it. Lines end as they like; those without any text are left out, and so is the mark of
// UTF-8 at the beginning.
class CsvReader {
 public:
  enum class Comments { kNone, kHash };  // kHash: lines that begin with # are left out

  // `text` is viewed.
  explicit CsvReader(std::string_view text, Comments comments = Comments::kNone);

  // False at the end, and where something is wrong: then there is a fault. Text that is not UTF-8 has no rows.
  bool Next(CsvRow& row);
  const std::optional<CsvFault>& fault() const { return fault_; }

  char separator() const { return separator_; }

 private:
  std::string_view LineHere() const;
  void FindSeparator();
  void SkipLine();
  bool ReadCell(std::string& cell);
  bool ReadQuoted(std::string& cell);
  bool is_at_line_end() const { return rest_.empty() || rest_.front() == '\n' || rest_.front() == '\r'; }

  std::string_view rest_;
  Comments comments_;
  char separator_ = ',';
  size_t line_ = 1;
  std::optional<CsvFault> fault_;
};

// Writes what RFC 4180 describes, with the mark of UTF-8 at the beginning, without which spreadsheets take the text for
// one of their country's old alphabets.
class CsvWriter {
 public:
  CsvWriter() : text_("\xEF\xBB\xBF") {}

  // Text that a spreadsheet would take for a formula, and could be made to run, gets a ' before it; WithoutGuard takes
  // it away again.
  void Text(std::string_view cell);
  // What is no text: a number, or nothing.
  void Plain(std::string_view cell);
  void EndRow();

  std::string Take() && { return std::move(text_); }

 private:
  std::string text_;
  bool is_row_begin_ = true;
};

std::string_view WithoutGuard(std::string_view cell);

}  // namespace linewatch

#endif
