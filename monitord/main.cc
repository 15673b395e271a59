// monitord: watches hosts. Options, configuration, objects, run.
#include <getopt.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "monitord/monitor.h"
#include "monitord/net/client_keys.h"
#include "monitord/net/trust_store.h"
#include "monitord/notify/notifiers.h"
#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/probing.h"
#include "monitord/settings_reader.h"
#include "monitord/system/log.h"
#include "store/calendar.h"

namespace linewatch {
namespace {

constexpr int kUsageExit = 2;  // also for a config.json that cannot be used

constexpr char kHelp[] =
    "Usage: monitord [OPTION]...\n"
    "Watch the hosts of hosts.json, and write there what is seen of them.\n\n"
    "  --data DIR      folder of hosts.json, events and history   (default: .)\n"
    "  --live DIR      folder of the hosts.json that is rewritten each cycle, best in\n"
    "                  memory                                     (default: --data)\n"
    "  --config FILE   settings                                   (default: DATA/config.json)\n"
    "  --once          run one whole cycle, then exit\n"
    "  --check-config  say whether the settings are good, then exit: 0 good, 2 not\n"
    "  --version       print the version, then exit\n"
    "  --help          print this, then exit\n\n"
    "SIGHUP loads config.json again, SIGTERM ends after the current write.\n";

struct Arguments {
  Monitor::Options options;
  bool check_config = false;
};

Arguments ReadArguments(int argc, char** argv) {
  enum { kConfig = 1, kData, kLive, kOnce, kCheckConfig, kVersion, kHelpOption };
  constexpr option kOptions[] = {
      {"config", required_argument, nullptr, kConfig},      {"data", required_argument, nullptr, kData},
      {"live", required_argument, nullptr, kLive},          {"once", no_argument, nullptr, kOnce},
      {"check-config", no_argument, nullptr, kCheckConfig}, {"version", no_argument, nullptr, kVersion},
      {"help", no_argument, nullptr, kHelpOption},          {nullptr, 0, nullptr, 0}};
  Arguments arguments;
  Monitor::Options& options = arguments.options;
  for (int choice; (choice = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    switch (choice) {
      case kConfig:
        options.config = std::filesystem::absolute(optarg);
        break;
      case kData:
        options.folders.data = std::filesystem::absolute(optarg).lexically_normal();
        break;
      case kLive:
        options.folders.live = std::filesystem::absolute(optarg).lexically_normal();
        break;
      case kOnce:
        options.once = true;
        break;
      case kCheckConfig:
        arguments.check_config = true;
        break;
      case kVersion:
        std::puts("monitord " LINEWATCH_VERSION);
        std::exit(0);
      case kHelpOption:
        std::fputs(kHelp, stdout);
        std::exit(0);
      default:
        std::exit(kUsageExit);  // getopt has said why
    }
  }
  if (optind < argc) {
    std::fprintf(stderr, "monitord: unexpected argument '%s'; see --help\n", argv[optind]);
    std::exit(kUsageExit);
  }
  if (options.folders.data.empty()) options.folders.data = std::filesystem::current_path();
  if (options.folders.live.empty()) options.folders.live = options.folders.data;
  if (options.config.empty()) options.config = options.folders.data / "config.json";
  return arguments;
}

// A thousand checks of each kind of service may be under way; 1024 descriptors, as usual, are too few.
void RaiseDescriptorLimit() {
  constexpr rlim_t kWanted = 8192;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, kWanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocked before any thread starts, so that every thread inherits it and the signals wait for the loop.
int TakeSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "signalfd");
  return fd;
}

int Main(int argc, char** argv) {
  // The threads that resolve names allocate next to nothing: an arena each would cost more than the daemon itself.
  mallopt(M_ARENA_MAX, 2);
  // What is large, such as the text of a list, goes back to the system when it is freed. Left to itself, malloc takes
  // each such size for one that will be wanted again, and from then on keeps as much.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  RaiseDescriptorLimit();
  auto [options, check_config] = ReadArguments(argc, argv);
  auto [config, fault] = LoadConfigOrPrevious(options.config);
  if (check_config) {
    std::fputs(fault.empty() ? "config.json is good\n" : ("monitord: " + fault + "\n").c_str(),
               fault.empty() ? stdout : stderr);
    return fault.empty() ? 0 : kUsageExit;
  }
  if (!config) {
    LogError(fault);
    return kUsageExit;
  }
  for (const auto& folder : {options.folders.data, options.folders.live}) std::filesystem::create_directories(folder);
  options.folders = LocateFolders(options.folders.data, options.folders.live);
  if (fault.empty()) {
    KeepGoodConfig(options.config, options.folders.lock(), kLockPatience);
  } else {
    fault += "; the last good settings go on";
  }
  UseTimeZone(*config);

  const int signals = TakeSignals();
  TrustStore trust;
  const auto inbox = std::make_shared<Inbox>();
  auto probers = ProberKinds({trust, inbox, ClientKeys(options.folders.keys())});
  const auto channels = ChannelKinds();
  // All but ping in a thread of their own: a TLS handshake takes the processor for longer than a ping may be late.
  const auto is_ping = [](const Probing::Kind& kind) { return kind.check == CheckKind::kPing; };
  const auto services_begin = std::stable_partition(probers.begin(), probers.end(), is_ping);
  const std::span<const Probing::Kind> ping(probers.begin(), services_begin), services(services_begin, probers.end());
  Probing pinging(ping, Probing::Delivery::kWhole), serving(services, Probing::Delivery::kInParts);
  Monitor monitor(options, *std::move(config), fault, {&pinging, &serving}, trust, inbox, channels, signals);
  monitor.Run();
  // Nobody waits for a mail server that hangs, and what a library tidies up at an exit is not to be torn from under it.
  if (!monitor.StopThreads()) std::_Exit(0);
  return 0;
}

}  // namespace
}  // namespace linewatch

int main(int argc, char** argv) {
  try {
    return linewatch::Main(argc, argv);
  } catch (const std::exception& error) {
    linewatch::LogError(error.what());
    return 1;
  }
}
