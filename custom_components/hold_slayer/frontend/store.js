/** The card's copy of all lines, kept up to date by the integration's websocket subscription. */

/**
 * Apply one message of `hold_slayer/subscribe`, `received` (epoch seconds by the browser's clock),
 * to the state and return the new state.
 * Pure: the old state is left as it was, so a view can compare the two.
 */
export function reduce(state, message, received = 0) {
  switch (message.kind) {
    case "snapshot":
      return {
        ready: true,
        ahead: (message.now ?? received) - received,
        lines: new Map(message.lines.map((line) => [line.id, { ...line, call: whole(line.call) }])),
        contacts: message.contacts,
        phones: message.phones,
      };
    case "line":
      return withLine(state, message.id, (line) => ({
        ...line,
        available: message.available ?? line.available,
        call: mergeCall(line.call, message.call),
      }));
    case "segment":
      return withCall(state, message.id, (call) => ({
        ...call,
        segments: placed(call.segments, message.index, message.segment),
      }));
    case "words":
      return withCall(state, message.id, (call) => ({
        ...call,
        words: placed(call.words, message.index, message.words),
      }));
    default:
      return state;
  }
}

/** `ahead`: by how much Home Assistant's clock is ahead of the browser's, s. */
export const EMPTY = Object.freeze({
  ready: false,
  ahead: 0,
  lines: new Map(),
  contacts: [],
  phones: [],
});

function withLine(state, id, change) {
  const line = state.lines.get(id);
  if (!line) return state;
  const lines = new Map(state.lines);
  lines.set(id, change(line));
  return { ...state, lines };
}

function withCall(state, id, change) {
  return withLine(state, id, (line) => (line.call ? { ...line, call: change(line.call) } : line));
}

function mergeCall(call, change) {
  if (change === null) return null;
  if (change === undefined) return call;
  if (!call || (change.id && change.id !== call.id)) {
    return whole({ segments: [], words: [], ...change });
  }
  return { ...call, ...change };
}

/** A call with its words where their indices say: a long call comes without its first ones. */
function whole(call) {
  if (!call?.words_offset) return call;
  return { ...call, words: [...Array(call.words_offset), ...call.words] };
}

function placed(list, index, item) {
  const copy = list.slice();
  copy[index] = item;
  return copy;
}

/** Subscribes for all cards of one page together and tells each of every change. */
export class Store {
  constructor(connection) {
    this._connection = connection;
    this._listeners = new Set();
    this._unsubscribe = null;
    this.state = EMPTY;
    this.error = null;
  }

  /** Home Assistant's time, epoch seconds: clocks of tablets on walls are often wrong. */
  now() {
    return Date.now() / 1000 + this.state.ahead;
  }

  /** Call `listener` now and after every change; returns the function that ends it. */
  listen(listener) {
    this._listeners.add(listener);
    if (this._listeners.size === 1) this._start();
    listener();
    return () => {
      this._listeners.delete(listener);
      if (this._listeners.size === 0) this._stop();
    };
  }

  async _start() {
    this._unsubscribe = this._connection
      .subscribeMessage((message) => this._apply(message), { type: "hold_slayer/subscribe" })
      .catch((error) => {
        this.error = error;
        this._tell();
        return () => {};
      });
  }

  async _stop() {
    const ended = this._unsubscribe;
    this._unsubscribe = null;
    this.state = EMPTY;
    this.error = null;
    (await ended)?.();
  }

  _apply(message) {
    this.error = null;
    this.state = reduce(this.state, message, Date.now() / 1000);
    this._tell();
  }

  _tell() {
    for (const listener of this._listeners) listener();
  }
}

const stores = new WeakMap();

/** The one store of a connection, made when first asked for. */
export function storeFor(connection) {
  if (!stores.has(connection)) stores.set(connection, new Store(connection));
  return stores.get(connection);
}
