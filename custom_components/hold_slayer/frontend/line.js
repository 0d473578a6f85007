/** One line of the card: who, what state, for how long, what is heard, and what one can do. */

import { html, nothing } from "./vendor/lit-html.js";
import { clock, isOver, timeOfDay, timerStart } from "./format.js";
import { keypad } from "./keypad.js";
import { recordingView } from "./recording.js";
import { heardText, stateText, text } from "./texts.js";
import { timeline } from "./timeline.js";
import { transcript } from "./transcript.js";
import { verdict } from "./verdict.js";

const ICONS = {
  queued: "mdi:clock-outline",
  dialing: "mdi:phone-dial",
  ringing: "mdi:phone-ring",
  navigating: "mdi:dialpad",
  on_hold: "mdi:music-note",
  person_suspected: "mdi:account-question",
  person_detected: "mdi:account-voice",
  ringing_you: "mdi:phone-incoming",
  connected: "mdi:phone-in-talk",
  ended: "mdi:phone-check",
  failed: "mdi:phone-alert",
};

const HUMAN = new Set(["person_suspected", "person_detected", "ringing_you"]);
/** States in which a place in the queue still means something. */
const WAITING = new Set(["navigating", "on_hold", "person_suspected"]);
const WITH_KEYS = new Set(["navigating", "on_hold", "connected"]);
/** States in which there is something to listen to, and nobody to talk with yet. */
const TO_HEAR = new Set(["navigating", "on_hold", "person_suspected"]);

/**
 * Draw a line. `now` in epoch seconds; `orders` has hangUp, connect, isPerson, isNoPerson,
 * resumeHold, listenIn, pressKey, toggleKeypad, play, played and seek; `shown` has `keypad` (id of
 * the call whose keypad is open), `playing` (see recording.js) and `accounts` (name the account).
 */
export function lineView(hass, line, now, orders, shown) {
  const call = line.call;
  return html`
    <section class="line ${call?.state ?? "idle"}" aria-label=${line.name}>
      ${line.available
        ? nothing
        : html`<p class="problem" role="status">${text(hass, "unavailable", { line: line.name })}</p>`}
      ${call ? callView(hass, line, call, now, orders, shown) : nothing}
    </section>
  `;
}

function callView(hass, line, call, now, orders, shown) {
  const keypadOpen = shown.keypad === call.id;
  const seconds = (call.ended ?? now) - timerStart(call);
  return html`
    <div class="head">
      <ha-icon .icon=${ICONS[call.state] ?? "mdi:phone"} aria-hidden="true"></ha-icon>
      <div class="who">
        <strong><bdi>${call.contact || call.number}</bdi></strong>
        ${call.intent ? html`<small><bdi>${call.intent}</bdi></small>` : nothing}
      </div>
      <div class="clock">
        <span class="timer" role="timer">${clock(seconds)}</span>
        <small>${line.name}</small>
        ${shown.accounts ? html`<small><bdi>${line.account}</bdi></small>` : nothing}
      </div>
    </div>
    <p class="state" role="status" aria-live="polite">
      ${stateAndOutcome(hass, call)}
      ${TO_HEAR.has(call.state) && call.heard
        ? html`<span class="heard">${text(hass, "hears", { sound: heardText(hass, call.heard) })}</span>`
        : nothing}
      ${call.recording ? html`<span class="recording">${text(hass, "recording")}</span>` : nothing}
    </p>
    ${queue(hass, call)} ${phones(hass, call)} ${redial(hass, call)} ${timeline(hass, call, now)}
    ${isOver(call) || call.state === "connected" ? nothing : verdict(hass, call)}
    ${buttons(hass, call, orders, keypadOpen)}
    ${keypadOpen && WITH_KEYS.has(call.state)
      ? keypad(hass, (key) => orders.pressKey(call, key))
      : nothing}
    ${isOver(call) ? recordingView(hass, call, shown.playing, orders) : nothing}
    ${transcript(hass, call, shown.playing, orders)}
  `;
}

/** The state in words, and for a call that is over how it ended. */
function stateAndOutcome(hass, call) {
  const words = [stateText(hass, call.state), isOver(call) ? call.outcome_text : ""];
  return [...new Set(words.filter(Boolean))].join(" · ");
}

function queue(hass, call) {
  if (!WAITING.has(call.state)) return nothing;
  const facts = [];
  if (call.queue_position !== null && call.queue_position !== undefined) {
    facts.push(text(hass, "position", { position: call.queue_position }));
  }
  if (call.wait_s !== null && call.wait_s !== undefined) {
    facts.push(text(hass, "wait", { minutes: Math.max(1, Math.round(call.wait_s / 60)) }));
  }
  if (call.forecast) {
    const minutes = (seconds) => Math.max(1, Math.round(seconds / 60));
    facts.push(
      text(hass, "forecast", {
        low: minutes(call.forecast.low_s),
        high: minutes(call.forecast.high_s),
      }),
    );
  }
  return facts.length ? html`<p class="queue">${facts.join(" · ")}</p>` : nothing;
}

/** How each of the user's phones is doing. */
function phones(hass, call) {
  if (isOver(call) || !call.phones?.length) return nothing;
  const said = call.phones.map(({ name, state }) => text(hass, `phone_state.${state}`, { phone: name }));
  return html`<p class="phones" role="status">${said.join(" · ")}</p>`;
}

/** When it is tried again. */
function redial(hass, call) {
  if (!isOver(call) || !call.redial_at) return nothing;
  const time = timeOfDay(call.redial_at, hass.language);
  return html`<p class="queue">${text(hass, "calls_again", { time })}</p>`;
}

function buttons(hass, call, orders, keypadOpen) {
  if (isOver(call)) return nothing;
  const button = (key, order, kind = "") =>
    html`<button type="button" class=${kind} @click=${() => order(call)}>${text(hass, key)}</button>`;
  return html`
    <div class="buttons">
      ${HUMAN.has(call.state) || call.state === "on_hold"
        ? button("connect_me", orders.connect, "main")
        : nothing}
      ${HUMAN.has(call.state) ? button("not_a_person", orders.isNoPerson) : nothing}
      ${call.state === "on_hold" ? button("is_a_person", orders.isPerson) : nothing}
      ${TO_HEAR.has(call.state) ? button("listen_in", orders.listenIn) : nothing}
      ${call.state === "connected" ? button("give_back", orders.resumeHold) : nothing}
      ${WITH_KEYS.has(call.state)
        ? html`<button
            type="button"
            aria-expanded=${keypadOpen ? "true" : "false"}
            @click=${() => orders.toggleKeypad(call)}
          >
            ${text(hass, "keypad")}
          </button>`
        : nothing}
      ${button("hang_up", orders.hangUp, "danger")}
    </div>
  `;
}
