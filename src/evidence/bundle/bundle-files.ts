import { printableJson } from '../../text.ts';
import type { ContainerEvent } from '../../engine/engine-events.ts';
import { withoutMarks } from '../container-evidence.ts';
import { bundlePage } from './bundle-page.ts';
import { type BundleParts, missingIn } from './bundle-parts.ts';
import { EVIDENCE_FILE } from './read-bundle.ts';
import type { ArchivedFile } from './write-tar.ts';

/**
 * The files of a bundle, all in one folder. The evidence comes first, so that a reader need not
 * unpack the rest.
 */
export function bundleFiles(folder: string, parts: BundleParts): ArchivedFile[] {
  const { evidence, verdict, logs, events, capture } = parts;
  const contents: readonly (readonly [string, string | Buffer])[] = [
    [EVIDENCE_FILE, json(withoutMarks(evidence))],
    ...(verdict.known ? [['why.json', json(verdict.value)] as const] : []),
    ...(logs.known ? [['logs.txt', logs.value.map((line) => `${line}\n`).join('')] as const] : []),
    ...(events.known ? [['events.json', json(events.value.map(eventRecord))] as const] : []),
    ...(capture?.known ? [['capture.pcapng', capture.value] as const] : []),
  ];
  const names = contents.map(([name]) => name);
  const page = bundlePage(parts, missingIn(parts), names);
  return [...contents, ['index.html', page] as const].map(([name, content]) => {
    return { name: `${folder}/${name}`, bytes: typeof content === 'string' ? Buffer.from(content) : content };
  });
}

const eventRecord = ({ action, time, exitCode, signal }: ContainerEvent) => ({
  time: time === undefined ? null : new Date(time).toISOString(),
  action,
  exit_code: exitCode ?? null,
  signal: signal ?? null,
});

const json = (value: unknown) => `${printableJson(value, 2)}\n`;
