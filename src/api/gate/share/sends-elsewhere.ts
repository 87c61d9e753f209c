import type { Operation } from '../../wire/calls/operation.ts';
import { redactText } from '../../wire/redact/redact-text.ts';
import { folded, readStrictly } from './power/strict-json.ts';

/**
 * Operations that make the engine connect to a place that the caller names, with the parameters of
 * the query that name it.
 */
const IN_QUERY: Readonly<Record<string, readonly string[]>> = {
  ImageBuild: ['remote'],
  ImageCreate: ['fromImage', 'fromSrc'],
  ImageSearch: ['term'],
  GetPluginPrivileges: ['remote'],
  PluginPull: ['remote'],
  PluginUpgrade: ['remote'],
};
/** Operations that name such a place in their path. */
const IN_PATH: ReadonlySet<string> = new Set(['DistributionInspect', 'ImagePush', 'PluginPush']);
/** Operations that name such a place in a member of their body. */
const IN_BODY: Readonly<Record<string, string>> = { SystemAuth: 'serveraddress', SwarmJoin: 'RemoteAddrs' };

/** All operations that make the engine connect to a place that the caller names. */
export const SENDS_ENGINE: ReadonlySet<string> = new Set([
  ...Object.keys(IN_QUERY),
  ...IN_PATH,
  ...Object.keys(IN_BODY),
]);

/** Whether only the operation's body says where the engine is sent. */
export const saysWhereInBody = (operation: string) => Object.hasOwn(IN_BODY, operation);

/** Where path or query send the engine, as an audit log may keep it; undefined: nowhere. */
export function whereOf({ name, query, subject }: Operation): string | undefined {
  if (IN_PATH.has(name)) return subject && placeText(subject.ref);
  const parameters = new URLSearchParams(query);
  const places = (IN_QUERY[name] ?? []).flatMap((each) => parameters.getAll(each)).filter(Boolean);
  return places.length === 0 ? undefined : places.map(placeText).join(' ');
}

/** Where the body sends the engine; `why`: why that cannot be told; {} for nowhere. */
export function whereIn(operation: string, body: Buffer | undefined): { where?: string; why?: string } {
  const read = readStrictly(body ?? Buffer.alloc(0));
  if (body === undefined || 'unclear' in read) return { why: 'it cannot be told where the engine would be sent' };
  const name = folded(IN_BODY[operation]!);
  const places = Object.entries(read.value ?? {}).flatMap(([key, value]) =>
    folded(key) === name ? [value].flat() : [],
  );
  return places.length === 0 ? {} : { where: places.map((place) => placeText(String(place))).join(' ') };
}

/**
 * An address, or an image's name, without the parts that may be secret: user and password, query
 * and fragment.
 */
function placeText(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)?([^?#]*)/is.exec(text.trim())!;
  const authority = /^[^/\\]*/.exec(rest)![0];
  const host = authority.replace(/^.*@(?!sha\d+:[\da-f])/is, '');
  return redactText(`${scheme}${host}${rest.slice(authority.length)}`);
}
