// The description of the API, openapi.json: the routes as cgi/routes.json has them, completed by what the programs
// check input by. `make openapi` writes it to htdocs/openapi.json.
#ifndef LINEWATCH_CGI_API_DESCRIPTION_H_
#define LINEWATCH_CGI_API_DESCRIPTION_H_

#include <string>
#include <string_view>

namespace linewatch::cgi {

// `routes` is the text of cgi/routes.json. Adds to its schemas HostSettings, Config and Channel, and to the members of
// Host those settings that it does not describe itself. A text that is no such description throws std::runtime_error.
std::string DescribeApi(std::string_view routes);

}  // namespace linewatch::cgi

#endif
