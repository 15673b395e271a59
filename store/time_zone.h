// Which time zone the texts, maintenance windows and months of this installation are in, by its name.
#ifndef LINEWATCH_STORE_TIME_ZONE_H_
#define LINEWATCH_STORE_TIME_ZONE_H_

#include <filesystem>
#include <string>

namespace linewatch {

// `configured` is config.json's. Where that is empty it is the system's: where `localtime` leads to, such as
// /usr/share/zoneinfo/Europe/Berlin. Empty if it leads nowhere, as a copied file does: its name is not known then.
std::string TimeZoneName(const std::string& configured, const std::filesystem::path& localtime = "/etc/localtime");

}  // namespace linewatch

#endif
