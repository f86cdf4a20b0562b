/** `node --test`: each event once and in order, whatever is lost, doubled or turned round. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Following } from "./following.mjs";

const event = (offset) => ({ offset });
const events = (from, to) => Array.from({ length: to - from }, (_, at) => event(from + at));
const offsets = (found) => found.map(({ offset }) => offset);

test("it begins with a replay, also of an empty log, and asks once", () => {
  const following = new Following();
  assert.equal(following.request(0), 0);
  assert.equal(following.request(1999), null);
  assert.equal(following.request(2000), 0);
  assert.deepEqual(following.replayed([], 0, false), []);
  assert.equal(following.request(9000), null);
});

test("live events that came during the replay follow it, each once", () => {
  const following = new Following();
  following.request(0);
  assert.deepEqual(following.live(event(3)), []);
  assert.deepEqual(following.live(event(2)), []);
  assert.deepEqual(offsets(following.replayed(events(0, 3), 3, false)), [0, 1, 2, 3]);
  assert.deepEqual(following.live(event(3)), []);
  assert.deepEqual(offsets(following.live(event(4))), [4]);
});

test("a long history is asked for piece by piece, at once", () => {
  const following = new Following();
  following.request(0);
  following.replayed(events(0, 2), 2, true);
  assert.equal(following.request(1), 2);
});

test("a beat tells that something is missing, and a later event does", () => {
  for (const tell of [(it) => it.beat(1), (it) => it.live(event(2))]) {
    const following = new Following();
    following.request(0);
    following.replayed([event(0)], 1, false);
    assert.equal(following.request(1), null);
    tell(following);
    assert.equal(following.request(2), 1);
  }
});

test("a chunk that was of no use is not asked for again at once", () => {
  const following = new Following();
  following.request(0);
  following.replayed([], 0, true);
  assert.equal(following.request(1), null);
  assert.equal(following.request(2000), 0);
});

test("what does not fit in while a gap lasts is replayed later", () => {
  const following = new Following();
  following.request(0);
  events(1, 10_003).forEach((each) => following.live(each));
  assert.equal(following.replayed([event(0)], 1, true).length, 10_001);
  assert.equal(following.request(1), 10_001);
});

test("old events leave nothing behind", () => {
  const following = new Following(20_000);
  events(0, 15_000).forEach((each) => assert.deepEqual(following.live(each), []));
  following.live(event(20_001));
  assert.deepEqual(offsets(following.live(event(20_000))), [20_000, 20_001]);
});
