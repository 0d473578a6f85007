/** Numbers for people. */

const FINAL = new Set(["ended", "failed"]);

/** Whether a call is over. */
export const isOver = (call) => FINAL.has(call.state);

/** Seconds as 4:05 or 1:04:05. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** What the big timer of a call counts from: the conversation, the hold, or the call itself. */
export function timerStart(call) {
  return call.connected_since ?? call.hold_since ?? call.started;
}

/** Time of day of an epoch second in the user's language. */
export function timeOfDay(epoch, language) {
  return new Date(epoch * 1000).toLocaleTimeString(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
}
