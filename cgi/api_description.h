// The description of the API, openapi.json: the routes as cgi/openapi.json has them, completed by what the programs check
// input by. Made when Linewatch is built.
#ifndef LINEWATCH_CGI_API_DESCRIPTION_H_
#define LINEWATCH_CGI_API_DESCRIPTION_H_

#include <string>
#include <string_view>

namespace linewatch::cgi {

// `routes` is the text of cgi/openapi.json. Adds to its schemas HostSettings, Config and Channel, and to the members of
// Host those settings that it does not describe itself. A text that is no such description throws std::runtime_error.
std::string DescribeApi(std::string_view routes);

}  // namespace linewatch::cgi

#endif
