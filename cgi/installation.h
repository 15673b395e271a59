// What the handlers work on: the files of one installation.
#ifndef LINEWATCH_CGI_INSTALLATION_H_
#define LINEWATCH_CGI_INSTALLATION_H_

#include <filesystem>
#include <utility>

#include "cgi/effective_config.h"
#include "cgi/metrics.h"
#include "cgi/published_list.h"
#include "cgi/push_tokens.h"
#include "store/answer_box.h"
#include "store/event_log.h"
#include "store/history_log.h"
#include "store/host_store.h"
#include "store/outbox.h"
#include "store/request_queue.h"
#include "store/secrets.h"

namespace linewatch::cgi {

struct Installation {
  Installation(Folders folders, std::filesystem::path config_path)
      : hosts(std::move(folders)),
        events(hosts.folders().events()),
        history(hosts.folders().history()),
        requests(hosts.folders().requests()),
        secrets(hosts.folders().secrets()),
        outbox(hosts.folders().outbox()),
        answers(hosts.folders().answers()),
        config(std::move(config_path)),
        published(hosts) {}
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  HostStore hosts;
  EventLog events;
  HistoryLog history;
  RequestQueue requests;
  SecretStore secrets;
  Outbox outbox;
  AnswerBox answers;
  PushTokens push_tokens{secrets};
  EffectiveConfig config;
  PublishedList published;
  MetricsCache metrics;
};

}  // namespace linewatch::cgi

#endif
