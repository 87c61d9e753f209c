import { createGunzip } from 'node:zlib';
import { parseJson } from '../../engine/ways/bounded-json.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { type Fact, known, unknown } from '../../why/fact.ts';
import { type Item, type Evidence, FORMAT, type Nature, SECTION_NAMES, type Sections } from '../container-evidence.ts';
import { findInTar } from './read-tar.ts';

/** The file of a bundle that holds the evidence. It is the first one. */
export const EVIDENCE_FILE = 'evidence.json';

/** The most bytes of a bundle that are read, as they are in the file. */
export const MOST_PACKED_BYTES = 16 << 20;
/** The most bytes that are unpacked. The evidence of a container is some 100 kB. */
const MOST_BYTES = 32 << 20;

/**
 * The evidence in the beginning of a bundle. The bundle may come from anybody. So no more is
 * unpacked than it takes to find the evidence, within MOST_BYTES, and each field is checked. Throws
 * a DbgError for anything else than a bundle.
 * @param path of the file, for the error
 */
export async function evidenceIn(path: string, packed: Buffer): Promise<Evidence> {
  const json = await unpacked(path, packed);
  try {
    const evidence = parseEvidence(parseJson(json));
    if (evidence !== undefined) return evidence;
  } catch (cause) {
    throw noBundle(path, `its ${EVIDENCE_FILE} cannot be read: ${errorMessage(cause)}`, cause);
  }
  throw noBundle(path, `its ${EVIDENCE_FILE} is not what this version of dbg writes`);
}

async function unpacked(path: string, packed: Buffer): Promise<Buffer> {
  const gunzip = createGunzip();
  let archive = Buffer.alloc(0);
  let pieces: Buffer[] = [];
  let size = 0;
  gunzip.end(packed);
  try {
    for await (const piece of gunzip) {
      size += (piece as Buffer).length;
      if (size > MOST_BYTES) break;
      pieces.push(piece as Buffer);
      // Joined anew only when twice as much has come, so that each byte is copied a few times.
      if (size < 2 * archive.length) continue;
      archive = Buffer.concat([archive, ...pieces]);
      pieces = [];
      const found = findInTar(archive, isEvidence);
      if (found === 'none') throw noBundle(path, 'it is no archive of dbg bundle');
      if (found !== 'more') return found.bytes;
    }
  } catch (cause) {
    if (cause instanceof DbgError) throw cause;
    // A bundle that is longer than what was read of it ends too early.
    const last = findInTar(Buffer.concat([archive, ...pieces]), isEvidence);
    if (typeof last === 'object') return last.bytes;
    throw noBundle(path, `it cannot be unpacked: ${errorMessage(cause)}`, cause);
  } finally {
    gunzip.destroy();
  }
  const found = findInTar(Buffer.concat([archive, ...pieces]), isEvidence);
  if (typeof found === 'object') return found.bytes;
  throw noBundle(path, `there is no ${EVIDENCE_FILE} in its first ${MOST_BYTES >> 20} MiB`);
}

const isEvidence = (name: string) => /^(?:\.\/)?(?:[^/]+\/)?evidence\.json$/.test(name);

const noBundle = (path: string, why: string, cause?: unknown) =>
  new DbgError(`${path} is no bundle of dbg's: ${why}`, {
    cause,
    next: [{ what: 'see what it holds', command: `tar -tzf ${shellQuote(path)}` }],
  });

const NATURES: ReadonlySet<unknown> = new Set<Nature>(['id', 'time', 'address', 'measure']);

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads evidence field by field. undefined for what is none, or is of another version. */
export function parseEvidence(value: unknown): Evidence | undefined {
  const { format, version, dbg, time, container, id, sections } = object(value);
  if (format !== FORMAT || version !== 1 || text(container) === '') return undefined;
  const its = object(sections);
  const parsed = SECTION_NAMES.map((name) => [name, sectionOf(Object.hasOwn(its, name) ? its[name] : undefined)]);
  return {
    format: FORMAT,
    version: 1,
    dbg: text(dbg),
    time: text(time),
    container: text(container),
    id: text(id),
    sections: Object.fromEntries(parsed) as unknown as Sections,
  };
}

function sectionOf(value: unknown): Fact<readonly Item[]> {
  const { known: isKnown, value: items, why } = object(value);
  if (isKnown === true && Array.isArray(items)) return known(items.flatMap(itemOf));
  return unknown(text(why) || 'the bundle has no such section');
}

function itemOf(value: unknown): Item[] {
  const { name, value: its, nature } = object(value);
  if (typeof name !== 'string' || typeof its !== 'string') return [];
  return [{ name, value: its, ...(NATURES.has(nature) ? { nature: nature as Nature } : {}) }];
}
