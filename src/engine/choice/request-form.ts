import type { Environment } from '../../environment.ts';
import { DbgError } from '../../errors.ts';
import type { RequestForm } from '../address.ts';

/**
 * What is added to each request, as docker's CLI does:
 *
 * - HttpHeaders of config.json, or in their place DOCKER_CUSTOM_HEADERS
 * - DOCKER_API_VERSION before each path
 *
 * The credentials of an address become an Authorization header, which docker's CLI does not send.
 * Throws a DbgError for values that cannot be sent.
 */
export function requestForm(
  env: Environment,
  configured: Readonly<Record<string, string>>,
  credentials: string | undefined,
): RequestForm {
  const custom = env['DOCKER_CUSTOM_HEADERS'];
  const [all, where] = custom ? [customHeaders(custom), CUSTOM] : [configured, 'HttpHeaders of config.json'];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (NOT_SENT.has(name.toLowerCase())) continue;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new DbgError(`the header "${name}" of ${where} cannot be sent: HTTP has no such name or value`);
    }
    // Blanks around a value do not belong to it (RFC 9110, 5.5).
    headers[name] = value.trim();
  }
  const isAuthorized = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (credentials !== undefined && !isAuthorized) {
    headers['Authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  return { headers, apiVersion: apiVersion(env) };
}

const CUSTOM = 'DOCKER_CUSTOM_HEADERS';

/** Headers that Go's HTTP client, and so docker's CLI, sets by itself (net/http/request.go). */
const NOT_SENT = new Set(['host', 'user-agent', 'content-length', 'transfer-encoding', 'trailer', 'connection']);

/** Reads DOCKER_CUSTOM_HEADERS: name=value pairs in one line of CSV (RFC 4180). */
function customHeaders(text: string): Record<string, string> {
  const fields = csvFields(text);
  const wrong = (why: string) =>
    new DbgError(`${CUSTOM} cannot be read: ${why}`, {
      next: [{ what: 'its form is', command: `export ${CUSTOM}='NAME=VALUE,"OTHER=A,B"'` }],
    });
  if (fields === undefined) throw wrong('it is not a line of comma-separated values');
  return Object.fromEntries(
    fields.map((field) => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(field) ?? [];
      if (value === undefined) throw wrong(`"${name.trim()}" has no value`);
      if (name.trim() === '') throw wrong('a name is empty');
      return [name.trim(), value];
    }),
  );
}

/** The fields of a line of CSV; undefined for another text. A quote stands around a whole field. */
function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  for (let rest = `,${line}`; rest !== '';) {
    const [all, quoted, plain = ''] = /^,(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|$)/.exec(rest) ?? [];
    if (all === undefined) return undefined;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    rest = rest.slice(all.length);
  }
  return fields;
}

function apiVersion(env: Environment): string | undefined {
  const typed = env['DOCKER_API_VERSION'];
  if (!typed) return undefined;
  const [, version] = /^v?(\d{1,3}\.\d{1,3})$/.exec(typed) ?? [];
  if (version !== undefined) return version;
  throw new DbgError(`DOCKER_API_VERSION is "${typed}", which is no version of the API`, {
    next: [{ what: 'its form is', command: 'export DOCKER_API_VERSION=1.41' }],
  });
}
