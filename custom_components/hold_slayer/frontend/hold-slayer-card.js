/** The Lovelace card `custom:hold-slayer-card`. */

import { html, nothing, render } from "./vendor/lit-html.js";
import { isOver } from "./format.js";
import { lineView } from "./line.js";
import { findRecording } from "./recording.js";
import { startForm } from "./start.js";
import { storeFor } from "./store.js";
import { STYLES } from "./styles.js";
import { hasTexts, loadTexts, text } from "./texts.js";

const TAG = "hold-slayer-card";
const DOCUMENTATION = "https://github.com/hold-slayer/hold-slayer#readme";

class HoldSlayerCard extends HTMLElement {
  constructor() {
    super();
    this._config = {};
    this._hass = null;
    this._end = null;
    this._tick = null;
    this._keypad = null;
    this._playing = null;
    this._problem = "";
    this.attachShadow({ mode: "open" });
  }

  /** Called by the dashboard with the card's YAML; throws on what it can't show. */
  setConfig(config) {
    if (config.lines != null && !Array.isArray(config.lines)) {
      throw new Error("lines must be a list of line numbers, for example [1, 2]");
    }
    if (config.title != null && typeof config.title !== "string") {
      throw new Error("title must be a text");
    }
    this._config = config;
    this._render();
  }

  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (before?.language !== hass.language) {
      loadTexts(hass);
      this._connect();
    }
    // a new function says that texts were loaded, in whatever language
    if (before?.localize !== hass.localize) this._render();
  }

  connectedCallback() {
    this._connect();
  }

  disconnectedCallback() {
    this._end?.();
    this._end = null;
    clearInterval(this._tick);
    this._tick = null;
  }

  getCardSize() {
    return 5;
  }

  getGridOptions() {
    return { columns: 12, rows: "auto", min_columns: 6 };
  }

  static getStubConfig() {
    return {};
  }

  static getConfigForm() {
    return {
      schema: [
        { name: "title", selector: { text: {} } },
        { name: "show_start", default: true, selector: { boolean: {} } },
        { name: "show_transcript", default: true, selector: { boolean: {} } },
      ],
      computeLabel: (schema, localize) =>
        localize(`component.hold_slayer.config_panel.card.option.${schema.name}`) || schema.name,
    };
  }

  _connect() {
    if (this._end || !this._hass || !this.isConnected) return;
    this._store = storeFor(this._hass.connection);
    this._end = this._store.listen(() => this._changed());
  }

  _changed() {
    const running = [...this._store.state.lines.values()].some(
      (line) => line.call && !isOver(line.call),
    );
    // the timers tick only while somebody waits
    if (running && !this._tick) this._tick = setInterval(() => this._render(), 1000);
    if (!running && this._tick) {
      clearInterval(this._tick);
      this._tick = null;
    }
    this._render();
  }

  _lines() {
    const wanted = this._config.lines;
    return [...this._store.state.lines.values()].filter(
      (line) => !wanted || wanted.includes(line.number),
    );
  }

  async _act(action, data) {
    this._problem = "";
    try {
      await this._hass.callService("hold_slayer", action, data);
    } catch (error) {
      this._problem = error?.message ?? String(error);
    }
    this._render();
  }

  /** Begin a call; an emergency number, which no action may dial, is put through as dialled. */
  async _start(call) {
    try {
      await this._hass.callService("hold_slayer", "start_call", call, undefined, false);
      this._problem = "";
    } catch (error) {
      if (call.number && error?.translation_key === "number_emergency") {
        await this._dial(call.number);
      } else {
        this._problem = error?.message ?? String(error);
      }
    }
    this._render();
  }

  async _dial(number) {
    this._problem = "";
    try {
      await this._hass.callWS({ type: "hold_slayer/dial", number });
    } catch (error) {
      this._problem = error?.message ?? String(error);
    }
  }

  _orders() {
    const order = (action, data = {}) => (call) => this._act(action, { call_id: call.id, ...data });
    return {
      hangUp: order("hang_up"),
      connect: order("connect"),
      isPerson: order("set_verdict", { person: true }),
      isNoPerson: order("set_verdict", { person: false }),
      resumeHold: order("resume_hold"),
      listenIn: order("listen_in"),
      play: (call) => this._play(call),
      played: (position) => {
        this._playing = { ...this._playing, position };
        this._render();
      },
      seek: (line, position) => {
        const player = this.shadowRoot.querySelector("audio");
        if (!player) return;
        player.currentTime = position;
        this._playing = { ...this._playing, position, sought: line };
        this._render();
      },
      pressKey: (call, keys) => this._act("send_dtmf", { call_id: call.id, keys }),
      toggleKeypad: (call) => {
        this._keypad = this._keypad === call.id ? null : call.id;
        this._render();
        this.shadowRoot.querySelector(".keypad button")?.focus();
      },
    };
  }

  async _play(call) {
    this._playing = { call: call.id };
    this._problem = "";
    this._render();
    try {
      this._playing = { call: call.id, recording: await findRecording(this._hass, call, this._store) };
    } catch (error) {
      this._playing = null;
      this._problem = error?.message ?? String(error);
    }
    this._render();
  }

  _render() {
    if (!this._store || !hasTexts(this._hass)) return;
    const hass = this._hass;
    const state = this._store.state;
    const lines = this._lines();
    const now = this._store.now();
    const atEnd = [...this.shadowRoot.querySelectorAll(".words")].map(isAtEnd);
    const busy = lines.filter((line) => line.call || !line.available);
    const accounts = new Set([...state.lines.values()].map((line) => line.entry_id)).size > 1;
    const view = { keypad: this._keypad, playing: this._playing, accounts };
    const shown = (line) =>
      this._config.show_transcript === false && line.call
        ? { ...line, call: { ...line.call, words: [] } }
        : line;
    render(
      html`
        <style>
          ${STYLES}
        </style>
        <ha-card>
          ${this._config.title ? html`<h2><bdi>${this._config.title}</bdi></h2>` : nothing}
          ${this._store.error
            ? html`<p class="problem" role="alert">${text(hass, "no_connection")}</p>`
            : nothing}
          ${state.ready && !lines.length
            ? html`<p class="idle">
                ${state.lines.size
                  ? text(hass, "no_such_line", { lines: this._config.lines.join(", ") })
                  : text(hass, "no_account")}
              </p>`
            : nothing}
          ${state.ready && lines.length && !busy.length
            ? html`<p class="idle">${text(hass, "idle")}</p>`
            : nothing}
          ${busy.map((line) =>
            lineView(hass, shown(line), now, this._orders(), view),
          )}
          ${this._problem
            ? html`<p class="problem" role="alert" dir="auto">${this._problem}</p>`
            : nothing}
          ${this._config.show_start !== false && lines.length
            ? startForm(hass, state, (call) => this._start(call))
            : nothing}
        </ha-card>
      `,
      this.shadowRoot,
    );
    // new words stay in sight, unless somebody scrolled back to read
    this.shadowRoot.querySelectorAll(".words").forEach((words, index) => {
      if (atEnd[index] ?? true) words.scrollTop = words.scrollHeight;
    });
  }
}

const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 40;

if (!customElements.get(TAG)) {
  customElements.define(TAG, HoldSlayerCard);
  window.customCards = window.customCards || [];
  window.customCards.push({
    type: TAG,
    name: "Hold Slayer",
    description: "Calls on hold: who, how long, what is heard, and the buttons that fit.",
    preview: true,
    documentationURL: DOCUMENTATION,
    getEntitySuggestion: (hass, entityId) =>
      hass.entities[entityId]?.platform === "hold_slayer" ? { type: `custom:${TAG}` } : null,
  });
}
