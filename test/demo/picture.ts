// The picture in the README, made of what the demo really prints:  npm start | npx tsx test/demo/picture.ts > docs/demo.svg
import { text } from 'node:stream/consumers';

const LINE = 17;
const COLUMN = 7.85;
const STYLES: readonly (readonly [RegExp, string])[] = [
  [/^\$ /, 'fill="#ffffff" font-weight="bold"'],
  [/^# /, 'fill="#8b98a9"'],
  [/^✓ /, 'fill="#7ee787"'],
];

const printed = (await text(process.stdin)).split('\n');
const first = printed.findIndex((line) => line.startsWith('# Two BusyBox'));
const last = printed.findLastIndex((line) => line.startsWith('✓ '));
const lines = printed
  .slice(first, last + 1)
  .filter((line) => !/^[0-9a-f]{64}$|^tcpdump: |^(PING|64 bytes|round-trip)|^--- /.test(line))
  .filter((line, at, all) => line !== '' || all[at - 1] !== '');

const escape = (line: string) => line.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * COLUMN + 32);
const body = lines.map((line, at) => {
  const style = STYLES.find(([pattern]) => pattern.test(line))?.[1] ?? 'fill="#c9d1d9"';
  return `<text x="16" y="${(at + 1) * LINE + 12}" ${style} xml:space="preserve">${escape(line)}</text>`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${lines.length * LINE + 30}" role="img"
  aria-label="dbg shell, tcpdump and veth at work on two BusyBox containers"
  font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${body.join('\n')}
</svg>`);
