#include "store/text/csv.h"

#include <algorithm>

#include "store/text/plain_text.h"

namespace linewatch {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kSeparators = "\t;,";
constexpr size_t kMostCells = 256;  // a row of more is another kind of file

std::optional<CsvFault> FindForeignCoding(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return CsvFault{1, "the text is UTF-16: save it as \"CSV UTF-8\""};
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos)
    return CsvFault{LineAt(text, zero), "a zero byte: expected text in UTF-8, which a spreadsheet saves as CSV"};
  for (size_t at = 0; at < text.size();) {
    const size_t length = static_cast<unsigned char>(text[at]) < 0x80 ? 1 : Utf8Length(text.substr(at));
    if (length == 0) return CsvFault{LineAt(text, at), "the text is not UTF-8: save it as \"CSV UTF-8\""};
    at += length;
  }
  return std::nullopt;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// How often `c` stands outside of quotes.
size_t CountOutside(std::string_view line, char c) {
  size_t count = 0;
  bool in_quotes = false;
  for (const char here : line) {
    if (here == '"') in_quotes = !in_quotes;
    if (here == c && !in_quotes) ++count;
  }
  return count;
}

bool is_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, Comments comments)
    : rest_(text), comments_(comments), fault_(FindForeignCoding(text)) {
  if (fault_) return;
  if (rest_.starts_with(kMark)) rest_.remove_prefix(kMark.size());
  FindSeparator();
}

std::string_view CsvReader::LineHere() const { return rest_.substr(0, rest_.find_first_of("\r\n")); }

void CsvReader::FindSeparator() {
  // As Excel writes it, and reads it.
  if (const auto line = LineHere();
      line.size() == 5 && line.starts_with("sep=") && kSeparators.find(line.back()) != std::string_view::npos) {
    separator_ = line.back();
    SkipLine();
    return;
  }
  for (auto rest = rest_; !rest.empty();
       rest.remove_prefix(std::min(rest.find_first_of("\r\n"), rest.size() - 1) + 1)) {
    const auto line = rest.substr(0, rest.find_first_of("\r\n"));
    if (comments_ == Comments::kHash && line.starts_with('#')) continue;
    size_t most = 0;
    for (const char c : kSeparators) {
      const size_t count = CountOutside(line, c);
      if (count <= most) continue;
      most = count;
      separator_ = c;
    }
    if (most > 0) return;
  }
}

void CsvReader::SkipLine() {
  rest_.remove_prefix(LineHere().size());
  if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
  if (!rest_.empty()) rest_.remove_prefix(1);
  ++line_;
}

bool CsvReader::ReadQuoted(std::string& cell) {
  const size_t begin = line_;
  for (rest_.remove_prefix(1);;) {
    const size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      fault_ = {begin, "a quote that is never closed"};
      return false;
    }
    const auto piece = rest_.substr(0, quote);
    cell += piece;
    line_ += static_cast<size_t>(std::count(piece.begin(), piece.end(), '\n'));
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    cell += '"';
    rest_.remove_prefix(1);
  }
  while (!rest_.empty() && rest_.front() != separator_ && is_blank(rest_.front())) rest_.remove_prefix(1);
  if (is_at_line_end() || rest_.front() == separator_) return true;
  fault_ = {line_, "text behind a closing quote: a quote within a cell is written twice"};
  return false;
}

bool CsvReader::ReadCell(std::string& cell) {
  while (!rest_.empty() && rest_.front() != separator_ && is_blank(rest_.front())) rest_.remove_prefix(1);
  if (rest_.starts_with('"')) return ReadQuoted(cell);
  const char ends[] = {separator_, '\r', '\n'};
  cell = rest_.substr(0, rest_.find_first_of(std::string_view(ends, sizeof ends)));
  rest_.remove_prefix(cell.size());
  while (!cell.empty() && is_blank(cell.back())) cell.pop_back();
  return true;
}

bool CsvReader::Next(CsvRow& row) {
  while (!fault_ && !rest_.empty()) {
    if (comments_ == Comments::kHash && rest_.starts_with('#')) {
      SkipLine();
      continue;
    }
    row.line = line_;
    row.cells.clear();
    do {
      if (!row.cells.empty()) rest_.remove_prefix(1);
      if (row.cells.size() == kMostCells) {
        fault_ = {line_, "more than " + std::to_string(kMostCells) + " cells in a row"};
        return false;
      }
      if (!ReadCell(row.cells.emplace_back())) return false;
    } while (!is_at_line_end());
    SkipLine();
    if (std::any_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return !cell.empty(); }))
      return true;
  }
  return false;
}

void CsvWriter::Text(std::string_view cell) {
  // What begins with a ' gets another where reading would take the first for a guard.
  if (!is_formula(cell) && WithoutGuard(cell).size() == cell.size()) return Plain(cell);
  Plain("'" + std::string(cell));
}

void CsvWriter::Plain(std::string_view cell) {
  if (!is_row_begin_) text_ += ',';
  is_row_begin_ = false;
  const bool has_edges = !cell.empty() && (is_blank(cell.front()) || is_blank(cell.back()));
  if (!has_edges && cell.find_first_of(",;\"\r\n\t") == std::string_view::npos) {
    text_ += cell;
    return;
  }
  text_ += '"';
  for (const char c : cell) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
}

void CsvWriter::EndRow() {
  text_ += "\r\n";
  is_row_begin_ = true;
}

std::string_view WithoutGuard(std::string_view cell) {
  if (!cell.starts_with('\'')) return cell;
  const auto guarded = cell.substr(1);
  return guarded.empty() || guarded.front() == '\'' || is_formula(guarded) ? guarded : cell;
}

}  // namespace linewatch
