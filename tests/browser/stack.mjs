// Linewatch as a user runs it, for the tests: lighttpd with api.fcgi, and monitord unless it is left out, on a free
// port of loopback and on a data folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TOP = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 60_000;

export class Stack {
  #process;
  #port;

  // `hosts` is the content of hosts.json, `config` that of config.json; without them both are as on the first use.
  constructor({ hosts, config } = {}) {
    this.data = fs.mkdtempSync(path.join(os.tmpdir(), "linewatch-browser-"));
    if (hosts) this.write(hosts);
    if (config) fs.writeFileSync(path.join(this.data, "config.json"), JSON.stringify(config));
  }

  // Replaces hosts.json as monitord does: in one step.
  write(hosts) {
    const file = path.join(this.data, "hosts.json");
    fs.writeFileSync(`${file}.new`, JSON.stringify(hosts));
    fs.renameSync(`${file}.new`, file);
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start({ monitor }) {
    this.#port ??= await freePort();
    const env = { ...process.env, PORT: this.#port, DATA: this.data, BIND: "127.0.0.1", MONITOR: monitor ? "1" : "0" };
    const started = spawn(path.join(TOP, "lighttpd", "run.sh"), { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready in time:\n${said}`)), START_MS);
      for (const stream of [started.stdout, started.stderr]) {
        stream.on("data", (text) => {
          said += text;
          if (said.includes("Linewatch is at ")) resolve(clearTimeout(timer));
        });
      }
      started.once("exit", (code) => reject(new Error(`ended with status ${code}:\n${said}`)));
    });
    this.#process = started;
  }

  async stop() {
    if (!this.#process) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
    this.#process = null;
  }

  async remove() {
    await this.stop();
    fs.rmSync(this.data, { recursive: true });
  }

  // A request as another user would send it.
  async request(method, where, body, headers = {}) {
    const options = { method, headers: { ...headers } };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    const response = await fetch(new URL(where, this.url), options);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async host(name) {
    const { hosts } = await this.request("GET", "/api/hosts");
    return hosts.find((host) => host.name === name);
  }
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
