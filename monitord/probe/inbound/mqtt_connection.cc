#include "monitord/probe/inbound/mqtt_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "store/text/ascii.h"

namespace linewatch {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kConnectPatience{10};  // until the broker has said that it takes us
constexpr seconds kAddressPatience{3};   // for one address, where there are others
constexpr seconds kKeepAlive{20};        // a broker that is silent for twice as long is gone
constexpr size_t kMostAtOnce = 1 << 20;  // bytes

std::string LowerCaseFirst(std::string text) {
  if (!text.empty()) text[0] = LowerCase(text[0]);
  return text;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

std::string NameOf(const Config::Mqtt& broker) {
  const bool is_six = broker.host.find(':') != std::string::npos;
  return "the broker " + (is_six ? '[' + broker.host + ']' : broker.host) + ':' + std::to_string(broker.port);
}

MqttConnection::MqttConnection(const Config::Mqtt& broker, const ClientKeys& keys, std::string client_id,
                               MqttVersion version, Takers takers)
    : broker_(broker),
      keys_(keys),
      client_id_(std::move(client_id)),
      version_(version),
      takers_(std::move(takers)),
      begun_(steady_clock::now()),
      context_(nullptr, SSL_CTX_free),
      tls_(nullptr, SSL_free),
      reader_(version),
      keep_alive_(kKeepAlive) {
  if (broker_.tls && !PrepareTls()) return;
  LookUp();
}

MqttConnection::~MqttConnection() {
  if (state_ != State::kConnected) return;
  Send(kMqttDisconnect);
  if (tls_ && state_ == State::kConnected) SSL_shutdown(tls_.get());
  ERR_clear_error();
}

bool MqttConnection::PrepareTls() {
  if (trust_.Use(broker_.ca_file)) {
    Lose("mqtt.ca_file of config.json cannot be used: expected certificates in PEM form that monitord may read");
    return false;
  }
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  if (const auto fault = keys_.Show(context_.get(), broker_.client_cert, broker_.client_key)) {
    Lose("no connection to " + NameOf(broker_) + ": " + *fault);
    return false;
  }
  verifier_.emplace(trust_, broker_.host, true);
  verifier_->Install(context_.get());
  return true;
}

void MqttConnection::LookUp() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(broker_.host.c_str(), std::to_string(broker_.port).c_str(), &hints, &found) != 0)
    return LoseBeforeMqtt("its name is not known");
  addresses_.reset(found);
  TryNextAddress(EADDRNOTAVAIL);
}

// `error` is what the one before has come to.
void MqttConnection::TryNextAddress(int error) {
  for (;;) {
    address_ = address_ == nullptr ? addresses_.get() : address_->ai_next;
    if (address_ == nullptr) return LoseBeforeMqtt(LowerCaseFirst(std::system_category().message(error)));
    socket_.emplace(socket(address_->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket_->is_open() && connect(socket_->get(), address_->ai_addr, address_->ai_addrlen) == 0) break;
    if (errno == EINPROGRESS) break;
    error = errno;
  }
  address_until_ = address_->ai_next == nullptr ? SteadyTime::max() : steady_clock::now() + kAddressPatience;
}

void MqttConnection::FinishTcp() {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket_->get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return TryNextAddress(error);
  if (!context_) return Greet();
  tls_.reset(SSL_new(context_.get()));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_->get()) != 1) throw std::bad_alloc();
  if (!is_address(broker_.host)) SSL_set_tlsext_host_name(tls_.get(), broker_.host.c_str());
  SSL_set_connect_state(tls_.get());
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  step_ = Step::kTls;
  ShakeHands();
}

void MqttConnection::ShakeHands() {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(tls_.get());
  wants_write_ = false;
  if (outcome == 1) return Greet();
  const int error = SSL_get_error(tls_.get(), outcome);
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  if (wants_write_ || error == SSL_ERROR_WANT_READ) return;
  ERR_clear_error();
  if (!verifier_->fault().empty()) return LoseBeforeMqtt(verifier_->fault());
  LoseBeforeMqtt(error == SSL_ERROR_SSL ? "it speaks no TLS that is understood here" : "it has closed the connection");
}

void MqttConnection::Greet() {
  step_ = Step::kMqtt;
  heard_at_ = steady_clock::now();
  Send(MqttConnect(version_, {client_id_, broker_.username, broker_.password.text, kKeepAlive}));
}

uint16_t MqttConnection::NextId() {
  if (++last_id_ == 0) ++last_id_;
  return last_id_;
}

void MqttConnection::Subscribe(const std::string& filter) {
  const uint16_t id = NextId();
  subscribing_[id] = filter;
  Send(MqttSubscribe(version_, id, filter));
}

void MqttConnection::Unsubscribe(const std::string& filter) { Send(MqttUnsubscribe(version_, NextId(), filter)); }

pollfd MqttConnection::wait() const {
  const bool wants_write = step_ == Step::kTcp || wants_write_ || (step_ == Step::kMqtt && !unsent_.empty());
  const short events = wants_write ? POLLIN | POLLOUT : POLLIN;
  return {socket_ && state_ != State::kLost ? socket_->get() : -1, events, 0};
}

void MqttConnection::Work(short ready) {
  if (state_ == State::kLost) return;
  if (step_ == Step::kTcp && ready != 0) {
    FinishTcp();
  } else if (step_ == Step::kTls && ready != 0) {
    ShakeHands();
  } else if (step_ == Step::kMqtt) {
    if (!unsent_.empty()) Write();
    if ((ready & ~POLLOUT) != 0 || has_more_ || wants_write_) Read();
  }
  if (state_ != State::kLost) TakeTime();
}

void MqttConnection::TakeTime() {
  const SteadyTime now = steady_clock::now();
  if (state_ == State::kConnecting && now - begun_ > kConnectPatience) {
    is_version_to_blame_ = step_ == Step::kMqtt;
    return Lose("no connection to " + NameOf(broker_) + " within " + std::to_string(kConnectPatience.count()) + " s");
  }
  if (step_ == Step::kTcp && now > address_until_) return TryNextAddress(ETIMEDOUT);
  if (state_ != State::kConnected || keep_alive_ == seconds(0)) return;
  if (now - heard_at_ > 2 * keep_alive_) return Lose("the connection to " + NameOf(broker_) + " was lost");
  // Often enough that the broker does not take us for lost, and that its silence shows.
  if (now - std::min(sent_at_, heard_at_) >= keep_alive_ - keep_alive_ / 4 && now - sent_at_ >= keep_alive_ / 4)
    Send(kMqttPing);
}

void MqttConnection::Send(std::string_view packet) {
  unsent_ += packet;
  sent_at_ = steady_clock::now();
  Write();
}

void MqttConnection::Write() {
  while (!unsent_.empty()) {
    ssize_t sent = 0;
    if (tls_) {
      ERR_clear_error();
      sent = SSL_write(tls_.get(), unsent_.data(), static_cast<int>(std::min(unsent_.size(), kMostAtOnce)));
    } else {
      sent = send(socket_->get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    }
    if (sent <= 0) return FailOn(static_cast<int>(sent));
    unsent_.erase(0, static_cast<size_t>(sent));
  }
}

void MqttConnection::Read() {
  std::array<char, 16384> buffer;
  has_more_ = wants_write_ = false;
  for (size_t taken = 0; state_ != State::kLost;) {
    ssize_t length = 0;
    if (tls_) {
      ERR_clear_error();
      length = SSL_read(tls_.get(), buffer.data(), buffer.size());
    } else {
      length = recv(socket_->get(), buffer.data(), buffer.size(), 0);
    }
    if (length <= 0) return FailOn(static_cast<int>(length));
    heard_at_ = steady_clock::now();
    const std::string_view bytes(buffer.data(), static_cast<size_t>(length));
    if (!reader_.Read(bytes, [this](const MqttPacket& packet) { Take(packet); }) && state_ != State::kLost) {
      is_version_to_blame_ = state_ == State::kConnecting;
      return is_version_to_blame_ ? LoseBeforeMqtt("it speaks no MQTT")
                                  : Lose(NameOf(broker_) + " sends what is no MQTT");
    }
    taken += bytes.size();
    if (taken >= kMostAtOnce) {
      has_more_ = true;
      return;
    }
  }
}

// `outcome` is what the last call to read or to write has answered, none above 0.
void MqttConnection::FailOn(int outcome) {
  const int error = errno;
  bool wants_certificate = false;
  if (tls_) {
    const int why = SSL_get_error(tls_.get(), outcome);
    // By TLS 1.3 a client learns it only when it believes to be connected.
    wants_certificate = ERR_GET_REASON(ERR_peek_error()) == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED;
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ) return;
    if (why == SSL_ERROR_WANT_WRITE) {
      wants_write_ = true;
      return;
    }
  } else if (outcome < 0 && (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)) {
    return;
  }
  if (state_ == State::kConnected) return Lose("the connection to " + NameOf(broker_) + " was lost");
  is_version_to_blame_ = !wants_certificate;
  LoseBeforeMqtt(wants_certificate ? "it wants a client certificate" : "it has closed the connection");
}

void MqttConnection::Take(const MqttPacket& packet) {
  if (state_ == State::kLost) return;
  if (packet.kind == MqttPacket::Kind::kConnected) return TakeAcknowledgement(packet);
  if (state_ == State::kConnecting) {
    is_version_to_blame_ = true;
    return LoseBeforeMqtt("it speaks no MQTT");
  }
  if (packet.kind == MqttPacket::Kind::kDisconnected) {
    Lose(NameOf(broker_) + " has closed the connection" + (packet.code == 0 ? "" : ": " + MqttCodeText(packet.code)));
  } else if (packet.kind == MqttPacket::Kind::kPublished) {
    // One that was kept by the broker may be of last year.
    if (!packet.is_retained) takers_.message(packet);
  } else if (packet.kind == MqttPacket::Kind::kSubscribed) {
    const auto found = subscribing_.find(packet.id);
    if (found == subscribing_.end()) return;
    const std::string filter = std::move(found->second);
    subscribing_.erase(found);
    std::string refusal;
    if (packet.code >= 0x80) {
      refusal = NameOf(broker_) + " refuses the subscription";
      // 3.1.1 has no other code.
      if (packet.code > 0x80) refusal += ": " + MqttCodeText(packet.code);
    }
    takers_.subscribed(filter, refusal);
  }
}

void MqttConnection::TakeAcknowledgement(const MqttPacket& packet) {
  constexpr std::array<uint8_t, 4> kLogin{4, 5, 0x86, 0x87};
  constexpr std::array<uint8_t, 2> kOtherVersion{1, 0x84};
  if (packet.code == 0) {
    state_ = State::kConnected;
    if (packet.keep_alive) keep_alive_ = seconds(*packet.keep_alive);
  } else if (std::ranges::find(kLogin, packet.code) != kLogin.end()) {
    Lose(NameOf(broker_) + " refuses the login");
  } else if (std::ranges::find(kOtherVersion, packet.code) != kOtherVersion.end()) {
    is_version_to_blame_ = true;
    Lose(NameOf(broker_) + " speaks neither MQTT 5 nor MQTT 3.1.1");
  } else {
    Lose(NameOf(broker_) + " refuses the connection: " + MqttCodeText(packet.code));
  }
}

// The first reason is the one that the others follow from.
void MqttConnection::Lose(std::string reason) {
  if (state_ == State::kLost) return;
  state_ = State::kLost;
  reason_ = std::move(reason);
}

void MqttConnection::LoseBeforeMqtt(const std::string& why) {
  Lose("no connection to " + NameOf(broker_) + ": " + why);
}

}  // namespace linewatch
