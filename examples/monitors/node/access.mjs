/**
 * Where a hub is, and the keys that it asks for: from the file of `tournament keys new` and an
 * address, or from the folder of a run on this machine.
 */

import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const Z85 =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

/** `tcp://host:port` is where events are live; replays are at the next port. */
export function remote(address, keyFile) {
  const found = /^(tcp:\/\/.+):(\d+)$/.exec(address);
  if (!found) throw new Error(`expected tcp://host:port, got ${address}`);
  const { server, secret } = JSON.parse(privateText(keyFile));
  const replay = `${found[1]}:${Number(found[2]) + 1}`;
  return { live: address, replay, curve: curve(server, secret), over: () => false, rest: () => [] };
}

/** A run folder has a door.json while its match runs; its log has the rest when that is gone. */
export function local(folder) {
  const path = join(folder, "door.json");
  const door = JSON.parse(privateText(path));
  const [server, secret] = door.monitor.split(" ");
  return {
    live: door.live,
    replay: door.replay,
    curve: curve(server, secret),
    over: () => statSync(path, { throwIfNoEntry: false }) === undefined,
    rest: (since) => logLines(join(folder, "events.jsonl")).slice(since),
  };
}

/** The options of a socket that proves itself by this secret key, to that server only. */
function curve(server, secret) {
  return { curveServerKey: server, curveSecretKey: secret, curvePublicKey: publicOf(secret) };
}

/** The public key is not in the file, since it follows from the secret one. */
function publicOf(secret) {
  const der = Buffer.concat([PKCS8, decode(secret)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return encode(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32));
}

function decode(text) {
  if (text.length !== 40) throw new Error("this is no key: it should be 40 characters of Z85");
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    const value = [...text.slice(at, at + 5)].reduce((sum, one) => sum * 85 + Z85.indexOf(one), 0);
    bytes.writeUInt32BE(value, (at / 5) * 4);
  }
  return bytes;
}

function encode(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readUInt32BE(at);
    for (const weight of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) {
      text += Z85[Math.floor(value / weight) % 85];
    }
  }
  return text;
}

function privateText(path) {
  if (statSync(path).mode & 0o077) {
    throw new Error(`${path}: others can read this secret key; run chmod 600 ${path}`);
  }
  return readFileSync(path, "utf8");
}

/** Whole lines only: a last one without its newline was cut off, and nobody vouched for it. */
function logLines(path) {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}
