import type { EngineAddress, RequestForm } from '../address.ts';
import type { Query } from './way.ts';

/**
 * The path of a request: the path of the address, the version of the API, and the call. A path
 * without a version means the engine's newest API.
 */
export function pathOf(address: EngineAddress, { apiVersion }: Pick<RequestForm, 'apiVersion'>, path: string): string {
  const before = address.kind === 'tcp' ? (address.path ?? '') : '';
  return `${before}${apiVersion === undefined ? '' : `/v${apiVersion}`}${path}`;
}

/** What stands in the first line of a request: its path and its query. */
export const requestTarget = (
  address: EngineAddress,
  form: Pick<RequestForm, 'apiVersion'>,
  path: string,
  query: Query,
): string => [pathOf(address, form, path), new URLSearchParams(query).toString()].filter(Boolean).join('?');
