// The body of a webhook as people want it: JSON in which names in braces stand for what is known of a message.
//
//   {"title": "{subject}", "message": "{text}", "hosts": {hosts}, "at": {t}}
//
// Within quotes a name stands for its text, escaped as JSON wants it; outside for a value of JSON: a text with its quotes,
// a number, a list. There is nothing else: no condition, no loop, no code.
#ifndef LINEWATCH_STORE_WEBHOOK_TEMPLATE_H_
#define LINEWATCH_STORE_WEBHOOK_TEMPLATE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

// By name, each as JSON.
using TemplateValues = std::map<std::string_view, std::string>;

// The names that there are, each with an example of its value. Those that begin with "hosts." are of all hosts of the
// message, separated by ", ".
const TemplateValues& TemplateExamples();

// What was expected where the template has a name that there is not, or where it is no JSON when it is filled in; nothing
// if it is good, or empty.
std::optional<std::string> FaultInTemplate(std::string_view text);

// `values` has all names that TemplateExamples has.
std::string FillTemplate(std::string_view text, const TemplateValues& values);

}  // namespace linewatch

#endif
