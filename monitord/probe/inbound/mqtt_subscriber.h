// One connection to the broker of config.json, for the topics of all hosts. Each message is judged, and the result put
// into the inbox.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_SUBSCRIBER_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_SUBSCRIBER_H_

#include <memory>
#include <vector>

#include "monitord/net/client_keys.h"
#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/prober.h"
#include "monitord/system/worker_thread.h"
#include "store/config.h"

namespace linewatch {

// Its owner's thread says what is wanted. A thread of its own, there from the first broker and topic on, has the
// connection: it connects, again and again with growing delay, subscribes, and puts what comes into the inbox. What
// keeps messages from coming in is the inbox's InboundFault, what keeps those of one topic its refusal.
class MqttSubscriber {
 public:
  // `keys` are what config.json's client_cert and client_key name.
  explicit MqttSubscriber(std::shared_ptr<Inbox> inbox, ClientKeys keys = ClientKeys());
  ~MqttSubscriber() { Stop(); }
  MqttSubscriber(const MqttSubscriber&) = delete;
  MqttSubscriber& operator=(const MqttSubscriber&) = delete;

  // The connection is made anew if anything is other than before. Without a host there is none.
  void Use(const Config::Mqtt& broker);
  // The hosts whose check is kMqtt, whatever else is among the targets.
  void Watch(const std::vector<Target>& targets);

  // To be called every few seconds: starts the thread if the machine had none to give when it was first wanted.
  void KeepRunning();

  // Disconnects. False if the thread is stuck in the system, in the search for a name say: it is left behind then, and
  // ends by itself.
  bool Stop();

 private:
  struct Shared;

  void GiveOrders();
  void StartThread();

  std::shared_ptr<Shared> shared_;
  WorkerThread thread_;
};

}  // namespace linewatch

#endif
