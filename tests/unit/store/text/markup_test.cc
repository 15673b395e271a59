#include "store/text/markup.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("text in HTML makes no tag, no attribute and no entity", "[markup]") {
  CHECK(HtmlEscaped("<b title=\"x\" lang='y'>R&D</b>") ==
        "&lt;b title=&quot;x&quot; lang=&#39;y&#39;&gt;R&amp;D&lt;/b&gt;");
  CHECK(HtmlEscaped("&amp;") == "&amp;amp;");
  CHECK(HtmlEscaped("\xC3\xBC \xE2\x98\x83") == "\xC3\xBC \xE2\x98\x83");
}

TEST_CASE("text for Slack keeps its quotes", "[markup]") {
  CHECK(SlackEscaped("<!channel> \"it's\" R&D") == "&lt;!channel&gt; \"it's\" R&amp;D");
}

}  // namespace
}  // namespace linewatch
