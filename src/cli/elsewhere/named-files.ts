import { basename, dirname, extname, resolve } from 'node:path';

/**
 * The options of each verb whose value is a file that it writes: the last letter, or a long one.
 */
const WRITING: Readonly<Record<string, { readonly short?: string; readonly long?: string }>> = {
  tcpdump: { short: 'w' },
  bundle: { short: 'o', long: '--output' },
  watch: { long: '--record' },
};

/** A file of a ring, "cap_00001_20261130020000.pcap", and what a bundle has until it is whole. */
const RING = /^(.*)_\d{5}_\d{14}(\.[^.]*)?$/;
const PARTIAL = /^\.(.{1,48})\.partial-[\da-f]{8}-\d+-\d+-\d+-[\da-f]{8}$/;
/** The name that a bundle gives itself. */
const BUNDLE = /^dbg-[\w.-]+\.tar\.gz$/;

/**
 * Whether a verb on another host may write a file of this one. Only the value of the option counts:
 * a container's name may be "profile", and that host may be in other hands.
 * @param path absolute
 */
export function mayWrite(verb: string, args: readonly string[], cwd: string, path: string): boolean {
  const named = valuesOf(verb, args).map((word) => resolve(cwd, word));
  if (named.includes(path)) return true;
  const name = basename(path);
  const beside = named.filter((each) => dirname(each) === dirname(path)).map((each) => basename(each));
  if (verb === 'tcpdump') {
    const [, stem, extension = ''] = RING.exec(name) ?? [];
    return beside.some((each) => basename(each, extname(each)) === stem && extname(each) === extension);
  }
  if (verb !== 'bundle') return false;
  const its = PARTIAL.exec(name)?.[1];
  if (its !== undefined && beside.some((each) => each.slice(0, 48) === its)) return true;
  const isOwn = BUNDLE.test(name) || (its !== undefined && its.startsWith('dbg-'));
  return named.length === 0 && dirname(path) === cwd && isOwn;
}

function valuesOf(verb: string, args: readonly string[]): string[] {
  const { short, long } = WRITING[verb] ?? {};
  return args.flatMap((word, at) => {
    if (long !== undefined && word.startsWith(`${long}=`)) return [word.slice(long.length + 1)];
    const next = args[at + 1];
    if (word === long) return next === undefined ? [] : [next];
    const letter = short === undefined || word.startsWith('--') || !word.startsWith('-') ? -1 : word.indexOf(short);
    if (letter < 0) return [];
    const joined = word.slice(letter + 1);
    return joined !== '' ? [joined] : next === undefined ? [] : [next];
  });
}
