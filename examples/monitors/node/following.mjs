/**
 * Each event once, in the order of offsets, without a gap: the same rules as
 * tournament/bus/following.py. No socket and no clock: `now` is milliseconds of any clock that
 * never goes back.
 */

/** Milliseconds after which an unanswered request for a replay is repeated. */
const PATIENCE = 2000;

/** So many events ahead of a gap are kept; others are dropped, and replayed later. */
const ROOM = 10_000;

export class Following {
  #known;
  #fresh = true;
  #askedAt = null;
  #ahead = new Map();

  constructor(since = 0) {
    /** The offset of the next event to give out. */
    this.wanted = since;
    this.#known = since;
  }

  /** A live event has come; gives those that are next. */
  live(event) {
    if (event.offset < this.wanted) return [];
    this.#known = Math.max(this.#known, event.offset + 1);
    if (this.#ahead.size < ROOM || event.offset === this.wanted) {
      this.#ahead.set(event.offset, event);
    }
    return this.#ready();
  }

  /** The log's last offset is `last`, null for an empty log. */
  beat(last) {
    if (last !== null) this.#known = Math.max(this.#known, last + 1);
  }

  /** A chunk that ends before offset `next` has come; `more`: the log goes on behind it. */
  replayed(events, next, more) {
    const ready = events.flatMap((event) => this.live(event));
    this.#known = Math.max(this.#known, next + (more ? 1 : 0));
    this.#fresh = false;
    // A chunk that was of no use must not be asked for again at once, without end.
    if (ready.length > 0 || !this.#behind) this.#askedAt = null;
    return ready;
  }

  /** The offset from which to ask for a replay now, null for not now. */
  request(now) {
    if (!this.#fresh && !this.#behind) return null;
    if (this.#askedAt !== null && now - this.#askedAt < PATIENCE) return null;
    this.#askedAt = now;
    return this.wanted;
  }

  /** The offset of the last event that is known to be there. */
  get newest() {
    return this.#known - 1;
  }

  get #behind() {
    return this.wanted < this.#known;
  }

  #ready() {
    const ready = [];
    while (this.#ahead.has(this.wanted)) {
      ready.push(this.#ahead.get(this.wanted));
      this.#ahead.delete(this.wanted++);
    }
    return ready;
  }
}
