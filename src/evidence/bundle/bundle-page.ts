import { escapeControls } from '../../text.ts';
import type { VerdictRecord } from '../../why/verdict-record.ts';
import { type Item, SECTION_NAMES, SECTIONS } from '../container-evidence.ts';
import type { BundleParts, Missing } from './bundle-parts.ts';

/** The most lines of the log on the page, and the most items of a section. The files have all. */
const MOST_LINES = 200;
const MOST_ITEMS = 500;

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c1c1c;background:#fff}
h1,h2{line-height:1.2}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.15rem .6rem .15rem 0;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
td:first-child{width:40%}pre{background:#f4f4f4;padding:.8rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}summary{cursor:pointer;font-weight:600;padding:.2rem 0}
.broken{border-left:.3rem solid #c22;padding-left:.8rem}.dim{color:#666}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}pre{background:#222}td,th{border-color:#333}.dim{color:#999}}`;

/**
 * The page by which a bundle is read. It has no script and loads nothing: its policy forbids both
 * (Content-Security-Policy). Everything that was seen is escaped.
 * @param files the names of the other files of the bundle
 */
export function bundlePage(parts: BundleParts, missing: readonly Missing[], files: readonly string[]): string {
  const { evidence, verdict, logs, events } = parts;
  const name = safe(evidence.container);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${name}: dbg bundle</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${name}</h1>
<p class="dim">looked at ${safe(evidence.time)} by dbg ${safe(evidence.dbg)}; id ${safe(evidence.id)}</p>
<p>Files: ${files.map((file) => `<a href="${safe(file)}">${safe(file)}</a>`).join(', ')}</p>
<h2>Why</h2>
${verdict.known ? verdictHtml(verdict.value) : could(verdict.why)}
${missing.length > 0 ? `<h2>What could not be had</h2>\n${tableHtml(missing.map(({ what, why }) => ({ name: what, value: why })))}` : ''}
<h2>What was seen</h2>
${SECTION_NAMES.map((section) => {
  const its = evidence.sections[section];
  return its.known ? sectionHtml(SECTIONS[section], its.value) : '';
}).join('\n')}
<h2>Last lines of the log</h2>
${logs.known ? `<pre>${logs.value.slice(-MOST_LINES).map(safe).join('\n')}</pre>` : could(logs.why)}
<h2>Events</h2>
${
  events.known
    ? tableHtml(
        events.value.slice(-MOST_LINES).map(({ time, action, exitCode, signal }) => ({
          name: time === undefined ? '?' : new Date(time).toISOString(),
          value: [action, exitCode && `exit code ${exitCode}`, signal && `signal ${signal}`].filter(Boolean).join(', '),
        })),
      )
    : could(events.why)
}
</body>
</html>
`;
}

const could = (why: string) => `<p class="dim">could not be had: ${safe(why)}</p>`;

function verdictHtml({ answer, follows, others, layers }: VerdictRecord): string {
  const first = answer
    ? `<div class="broken"><p><strong>${safe(answer.sentence)}</strong></p>
<ul>${answer.evidence.map(({ seen, command }) => `<li>seen: ${safe(seen)} <code>${safe(command)}</code></li>`).join('')}
${answer.next.map(({ what, command }) => `<li>${safe(what)}: <code>${safe(command)}</code></li>`).join('')}</ul></div>`
    : '<p>Nothing is broken, as far as dbg can see.</p>';
  const rest = [...follows, ...others].map(({ severity, sentence }) => `<li>${safe(severity)}: ${safe(sentence)}</li>`);
  const states = layers.map(({ layer, state }) => `${safe(layer)}: ${safe(state)}`).join(' · ');
  return `${first}\n${rest.length > 0 ? `<ul>${rest.join('\n')}</ul>` : ''}\n<p class="dim">${states}</p>`;
}

function sectionHtml(title: string, items: readonly Item[]): string {
  const left = items.length - MOST_ITEMS;
  const more = left > 0 ? `<p class="dim">${left} more in evidence.json</p>` : '';
  return `<details><summary>${safe(title)} (${items.length})</summary>\n${tableHtml(items.slice(0, MOST_ITEMS))}${more}</details>`;
}

const tableHtml = (rows: readonly Pick<Item, 'name' | 'value'>[]) =>
  `<table>${rows.map(({ name, value }) => `<tr><td>${safe(name)}</td><td>${safe(value)}</td></tr>`).join('\n')}</table>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML shows it: as text, with what would reorder or hide text made visible. */
const safe = (text: string): string => escapeControls(text).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
