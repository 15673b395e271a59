// The format of secrets.json:
//   {"format": 1, "hosts": {ID: {"password": TEXT, "headers": {NAME: VALUE, ...}, "token": HASH}, ...}}
// What a host does not have is left out.
#include "store/secrets.h"

#include "store/host_json.h"
#include "store/json/json_members.h"

namespace linewatch {
namespace {

constexpr mode_t kMode = 0640;
constexpr size_t kMaxBytes = 64 << 20;  // of 10,000 hosts with some headers each

HostSecrets ReadEntry(const rapidjson::Value& entry) {
  HostSecrets secrets = ReadSecrets(entry, {});
  MemberReader{entry}("token", secrets.token_hash);
  return secrets;
}

void WriteEntry(JsonWriter& out, const HostSecrets& secrets) {
  const MemberWriter write(out);
  out.StartObject();
  if (!secrets.password.empty()) write("password", secrets.password);
  if (!secrets.headers.empty()) {
    out.Key("headers");
    out.StartObject();
    for (const auto& [name, value] : secrets.headers) write(std::string_view(name), value);
    out.EndObject();
  }
  if (!secrets.token_hash.empty()) write("token", secrets.token_hash);
  out.EndObject();
}

}  // namespace

HostSecrets ReadSecrets(const rapidjson::Value& settings, const HostSecrets& before) {
  HostSecrets secrets;
  if (const auto* password = FindMember(settings, "password"); password != nullptr && !password->IsNull())
    secrets.password = password->IsString() ? std::string(StringOf(*password)) : before.password;
  const auto* headers = FindMember(settings, "headers");
  if (headers == nullptr || !headers->IsObject()) return secrets;
  for (const auto& header : headers->GetObject()) {
    const auto name = StringOf(header.name);
    if (header.value.IsString()) {
      secrets.headers.emplace_back(name, StringOf(header.value));
      continue;
    }
    for (const auto& kept : before.headers)
      if (kept.first == name && !header.value.IsNull()) secrets.headers.push_back(kept);
  }
  return secrets;
}

void MarkSecrets(Host& host, const HostSecrets& secrets) {
  if (!host.check_settings) return;
  host.check_settings->password.is_set = !secrets.password.empty();
  host.check_settings->headers.names.clear();
  for (const auto& header : secrets.headers) host.check_settings->headers.names.push_back(header.first);
}

Secrets SecretStore::Read() const {
  Secrets secrets;
  if (!identity().exists()) return secrets;
  rapidjson::Document parsed;
  const auto fault = ParseJson(ReadFile(path_, kMaxBytes), parsed);
  const auto* hosts = fault ? nullptr : FindMember(parsed, "hosts");
  if (hosts == nullptr || !hosts->IsObject())
    throw BrokenSecrets(path_.filename().string() + " could not be read" +
                        (fault ? " (line " + std::to_string(fault->line) + ": " + fault->what + ")" : "") +
                        ": repair it, or remove it and set passwords, headers and heartbeat tokens again");
  for (const auto& host : hosts->GetObject()) secrets.emplace(StringOf(host.name), ReadEntry(host.value));
  return secrets;
}

std::unique_ptr<AtomicFile> SecretStore::Stage(const Secrets& secrets, const HostList& list) const {
  const std::string text = JsonText([&](JsonWriter& out) {
    out.StartObject();
    MemberWriter{out}("format", 1);
    out.Key("hosts");
    out.StartObject();
    for (const Host& host : list.hosts) {
      const auto found = secrets.find(host.id);
      if (found == secrets.end() || found->second.empty()) continue;
      out.Key(host.id);
      WriteEntry(out, found->second);
    }
    out.EndObject();
    out.EndObject();
  });
  auto file = std::make_unique<AtomicFile>(path_, kMode);
  file->Write(text + '\n');
  file->Sync();
  return file;
}

}  // namespace linewatch
