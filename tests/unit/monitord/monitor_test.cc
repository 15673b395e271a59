#include "monitord/monitor.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "store/file/descriptor.h"
#include "store/outbox.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

// What a signalfd is to the loop, with a SIGTERM that is there already.
Descriptor Terminated() {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  const Descriptor writing(ends[1]);
  signalfd_siginfo info{};
  info.ssi_signo = SIGTERM;
  REQUIRE(write(writing.get(), &info, sizeof info) == sizeof info);
  return Descriptor(ends[0]);
}

TEST_CASE("people are notified of a disk that fails with the very last writing of a run", "[monitor]") {
  const TempDir folder;
  const Folders folders = LocateFolders(folder.path(), folder.path());
  // The first step of the history is written at the end, and has no folder to go to.
  std::filesystem::create_directory_symlink(folder / "unplugged", folders.history());
  Config config;
  config.fail_threshold = 0;  // at once
  config.channels[static_cast<size_t>(Channel::kWebhook)]["url"] = "http://127.0.0.1:1/";
  const std::vector<ChannelKind> channels = {{NameOf(Channel::kWebhook), nullptr}};
  TrustStore trust;
  const Descriptor signals = Terminated();
  Monitor monitor({folder / "config.json", folders, false}, config, "", {}, trust, std::make_shared<Inbox>(), channels,
                  signals.get());
  monitor.Run();
  CHECK(monitor.StopThreads());

  const auto waiting = Outbox(folders.outbox()).Read();
  REQUIRE(waiting.size() == 1);
  CHECK_THAT(waiting[0].message.subject, Catch::Matchers::StartsWith("NOT RECORDING"));
  std::vector<std::string> subjects;
  EventLog(folders.events()).Read(kNever, [&](const Event& event) {
    if (const auto* alert = std::get_if<AlertEvent>(&event)) subjects.push_back(alert->subject);
  });
  CHECK(subjects == std::vector<std::string>{waiting[0].message.subject});
}

}  // namespace
}  // namespace linewatch
