#include "store/webhook_template.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

const TemplateValues kValues = {{"subject", R"("say \"hi\"\n\\")"}, {"t", "17"}, {"hosts", R"([{"id":"a\"b"}])"}};

TEST_CASE("within quotes a name is its text, outside a value", "[webhook_template]") {
  CHECK(FillTemplate(R"({"a": "<{subject}>", "b": {subject}})", kValues) ==
        R"({"a": "<say \"hi\"\n\\>", "b": "say \"hi\"\n\\"})");
  CHECK(FillTemplate(R"([{t}, "{t} s", {hosts}])", kValues) == R"([17, "17 s", [{"id":"a\"b"}]])");
  CHECK(FillTemplate(R"("{hosts}")", kValues) == R"("[{\"id\":\"a\\\"b\"}]")");
  CHECK(FillTemplate(R"(["\"{t}", {t}])", kValues) == R"(["\"17", 17])");
  CHECK(FillTemplate(R"({"a": {}, "b{": "{ t }{"})", kValues) == R"({"a": {}, "b{": "{ t }{"})");
}

TEST_CASE("a template with a name that there is not, or that is no JSON, is told what was expected",
          "[webhook_template]") {
  CHECK_FALSE(FaultInTemplate(""));
  CHECK_FALSE(FaultInTemplate("{\n\t\"text\": \"{subject}\\n{text}\",\n\t\"hosts\": {hosts}\n}"));
  CHECK_FALSE(FaultInTemplate("{subject}"));
  CHECK(FaultInTemplate(R"({"a": "{subjekt}"})")
            ->starts_with("there is no {subjekt}; expected one of {event}, {hosts}, "));
  CHECK(FaultInTemplate("{\n\"a\": oops}")->starts_with("expected JSON when the names are filled in; line 2: "));
  CHECK(FaultInTemplate("hello"));
}

}  // namespace
}  // namespace linewatch
