#!/usr/bin/env node
/**
 * Follows a match and prints a line an event, each once and in order, until the run is closed.
 *
 *     node watch.mjs tcp://lab-7:5555 --keys alice.key
 *     node watch.mjs runs/quickstart-20261125-043324
 */

import { once } from "node:events";
import { parseArgs } from "node:util";
import { Dealer, Subscriber } from "zeromq";

import { local, remote } from "./access.mjs";
import { Following } from "./following.mjs";

/** Beats of the link find a dead one, as in tournament/bus/sockets.py. */
const OPTIONS = {
  linger: 0,
  ipv6: true,
  heartbeatInterval: 2000,
  heartbeatTimeout: 6000,
};

/** Milliseconds between two looks at what is due: a request, or the end of the patience. */
const SLICE = 100;

/** Milliseconds of silence after which it is looked whether a match on this machine has ended. */
const ENDED = 1500;

class Watch {
  /** Whether the last event was printed. */
  closed = false;

  /** Looks since anything was heard of the hub. */
  #quiet = 0;

  /** Prints that wait for a slow reader of the output: meanwhile nothing is read of the hub. */
  #held = 0;

  constructor(hub, since, patience) {
    this.hub = hub;
    this.patience = patience;
    this.following = new Following(since);
    this.live = new Subscriber({ ...OPTIONS, ...hub.curve });
    this.replay = new Dealer({ ...OPTIONS, ...hub.curve });
  }

  /** Ends when the run is closed; throws when there is nothing to wait for any more. */
  async run() {
    this.live.connect(this.hub.live);
    this.replay.connect(this.hub.replay);
    this.live.subscribe();
    let timer;
    const due = new Promise((_, reject) => {
      timer = setInterval(() => this.#look().catch(reject), SLICE);
    });
    try {
      await this.#ask();
      await Promise.race([this.#read(this.live), this.#read(this.replay), due]);
    } finally {
      clearInterval(timer);
      this.live.close();
      this.replay.close();
    }
  }

  async #read(socket) {
    for await (const frames of socket) {
      this.#quiet = 0;
      await this.#print(socket === this.live ? this.#heardLive(frames) : this.#heardReplay(frames));
      if (this.closed) return;
      await this.#ask();
    }
  }

  #heardLive([topic, body]) {
    if (topic.toString() === "beat/") {
      this.following.beat(JSON.parse(body).offset);
      return [];
    }
    return this.following.live(JSON.parse(body));
  }

  #heardReplay([kind, head, lines]) {
    if (kind.toString() !== "chunk") throw new Error(`the hub answered ${kind}: ${head}`);
    const { next, more } = JSON.parse(head);
    const text = lines.toString();
    const events = text ? text.split("\n").map((line) => JSON.parse(line)) : [];
    return this.following.replayed(events, next, more);
  }

  /** Reading stops while the output is full: the hub drops what is too much, and replays it. */
  async #print(events) {
    // A run that was resumed goes on behind its first end.
    const last = (event) => event.type === "closed" && event.offset === this.following.newest;
    this.closed ||= events.some(last);
    if (process.stdout.write(events.map(line).join(""))) return;
    this.#held += 1;
    await once(process.stdout, "drain");
    this.#held -= 1;
  }

  async #ask() {
    if (!this.replay.writable) return;
    const since = this.following.request(performance.now());
    if (since !== null) await this.replay.send(["replay", JSON.stringify({ v: 1, since })]);
  }

  async #look() {
    if (this.#held > 0) return;
    await this.#ask();
    this.#quiet += 1;
    if (this.#quiet * SLICE >= ENDED && this.hub.over()) await this.#readRest();
    if (this.#quiet * SLICE > this.patience) {
      const why = "has it ended, or does it not know these keys?";
      throw new Error(`nothing was heard of the hub for ${this.patience / 1000} s; ${why}`);
    }
  }

  async #readRest() {
    const events = this.hub.rest(this.following.wanted).map((text) => JSON.parse(text));
    await this.#print(events.flatMap((event) => this.following.live(event)));
    if (!this.closed) throw new Error("the match has ended without closing its run");
    this.live.close(); // Whoever reads it sees that it is over.
  }
}

function line({ offset, type, trial, data }) {
  return `${offset}\t${type}\t${trial ?? "match"}\t${JSON.stringify(data)}\n`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      keys: { type: "string" },
      since: { type: "string", default: "0" },
      patience: { type: "string", default: "30" },
    },
  });
  const [place] = positionals;
  if (place === undefined) throw new Error("where? tcp://host:port --keys FILE, or a run folder");
  const hub = values.keys ? remote(place, values.keys) : local(place);
  await new Watch(hub, Number(values.since), Number(values.patience) * 1000).run();
}

process.stdout.on("error", () => process.exit(0)); // Whoever read this has had enough.
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
