// How the page writes times, sizes and text from outside. Nothing here needs a browser.

/**
 * Gives text from outside with visible escapes in the place of control characters, and of those
 * that reorder or hide text. dbg's src/text.ts does the same for terminals. With `lines`, line
 * feeds and tabs stay, and a terminal's line ends become line feeds.
 */
export function visible(/** @type {string} */ text, lines = false) {
  if (!/[^ -~]/.test(text)) return text;
  const shown = lines ? text.replaceAll('\r\n', '\n') : text;
  return shown.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (char) => {
    if (lines && (char === '\n' || char === '\t')) return char;
    return NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** @type {Readonly<Record<string, string>>} */
const NAMED = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** 1234 → "1.23 kB", as docker writes sizes */
export function bytesText(/** @type {number} */ bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** 0.42 → "0.4 ms", 61234 → "61.2 s" */
export function millisecondsText(/** @type {number} */ milliseconds) {
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The time of day in the browser's zone, with milliseconds. */
export function timeOfDay(/** @type {number} */ time) {
  const at = new Date(time);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
