/** Texts of the card: Home Assistant's translations of this integration, in the user's language. */

const CARD = "component.hold_slayer.config_panel.card";
const STATE = "component.hold_slayer.entity.sensor.call_state.state";
const HEARD = "component.hold_slayer.entity.sensor.heard.state";
const EVENT = "component.hold_slayer.entity.event.call.state_attributes.event_type.state";

const loading = new WeakMap();

/** Load the texts once per page and language; Home Assistant then hands out a new `localize`. */
export function loadTexts(hass) {
  const key = hass.connection;
  const known = loading.get(key);
  if (known?.language === hass.language) return known.promise;
  const promise = Promise.all([
    hass.loadBackendTranslation("config_panel", "hold_slayer"),
    hass.loadBackendTranslation("entity", "hold_slayer"),
  ]);
  loading.set(key, { language: hass.language, promise });
  return promise;
}

/** Whether the texts are there. */
export const hasTexts = (hass) => Boolean(hass?.localize(`${CARD}.idle`));

/** The text of the card with this key, placeholders filled in. */
export const text = (hass, key, values) => hass.localize(`${CARD}.${key}`, values) || key;

/** The name of a call state. */
export const stateText = (hass, state) => hass.localize(`${STATE}.${state}`) || state;

/** What a note between the words says: the name of the event that it is, or its own text. */
export const noteText = (hass, kind) =>
  hass.localize(`${CARD}.note.${kind}`) || hass.localize(`${EVENT}.${kind}`) || kind;

/** The name of a sound. */
export const heardText = (hass, sound) => hass.localize(`${HEARD}.${sound}`) || sound;
