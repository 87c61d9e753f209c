import { createHmac, randomBytes } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { DbgError, errorMessage, usageError } from '../../errors.ts';
import { evidenceIn, MOST_PACKED_BYTES } from '../../evidence/bundle/read-bundle.ts';
import type { Evidence, SectionName } from '../../evidence/container-evidence.ts';
import type { Marker } from '../../evidence/items/item.ts';
import { gatherEvidence } from '../../jobs/evidence/gather-evidence.ts';
import { IMAGE_SECTIONS, withImage } from '../../jobs/evidence/image-evidence.ts';
import { personAsked } from '../../host/who-asked.ts';
import { findCurrent } from '../../jobs/find-target.ts';
import { shellQuote } from '../../text.ts';

/** The two that are compared. */
export interface Pair {
  readonly a: Side;
  readonly b: Side;
  /** undefined: all */
  readonly sections?: readonly SectionName[];
}

export interface Side {
  /** the bundle that it was read from; undefined: dbg has looked just now */
  readonly file: string | undefined;
  readonly evidence: Evidence;
}

/**
 * Whether a word names a bundle: by its ending, or as a path. A container of such a name is named
 * by its id.
 */
export const isBundle = (word: string): boolean => /\.(tar\.gz|tgz)$|^(\.{1,2}|\/[^/]+)\//.test(word);

/** A container, and the image that it was made from. */
export async function imagePair(ctx: Context, ref: string): Promise<Pair> {
  const { image, own } = await withImage(ctx, await findCurrent(ctx, ref), newMarker());
  return { a: seen(image), b: seen(own), sections: IMAGE_SECTIONS };
}

const seen = (evidence: Evidence): Side => ({ file: undefined, evidence });

/** Two containers, two bundles, or one of each. Both are looked at at the same time. */
export async function pairOf(ctx: Context, good: string, bad: string, isSilent: boolean): Promise<Pair> {
  const found = [good, bad].map(async (word) => (isBundle(word) ? bundled(ctx, word) : findCurrent(ctx, word)));
  const [one, other] = await Promise.all(found as [(typeof found)[0], (typeof found)[0]]);
  if (!isSide(one) && !isSide(other) && one.id === other.id) {
    throw usageError(`"${good}" and "${bad}" are the same container, ${one.name}`, [
      { what: 'see what runs', command: 'docker ps' },
    ]);
  }
  const wish = { mark: newMarker(), isSilent };
  const look = async (each: Side | Container) => (isSide(each) ? each : seen(await gatherEvidence(ctx, each, wish)));
  const [a, b] = await Promise.all([look(one), look(other)]);
  return { a, b };
}

const isSide = (each: Side | Container): each is Side => 'evidence' in each;

async function bundled(ctx: Context, path: string): Promise<Side> {
  let packed: Buffer;
  try {
    packed = ctx.host.readBytes(path, MOST_PACKED_BYTES, personAsked(ctx));
  } catch (cause) {
    throw new DbgError(`${path} cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'see', command: `ls -l ${shellQuote(path)}` }],
    });
  }
  return { file: path, evidence: await evidenceIn(path, packed) };
}

/** A marker with a key that nobody else has: its digests are of no use outside this comparison. */
function newMarker(): Marker {
  const key = randomBytes(32);
  return (raw) => createHmac('sha256', key).update(raw).digest('base64');
}
