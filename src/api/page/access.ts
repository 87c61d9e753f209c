import { admitted, type Asked, type FileWish, type Secrets } from '../../web/admission.ts';
import { parseCalls, type Calls } from './calls.ts';

export { HEADERS } from '../../web/admission.ts';

export type Wish =
  | FileWish
  | { readonly kind: 'events' }
  | { readonly kind: 'call'; readonly call: number; readonly from: number }
  | { readonly kind: 'curl'; readonly call: number }
  | { readonly kind: 'save'; readonly as: 'har' | 'recording'; readonly calls: Calls }
  | { readonly kind: 'find'; readonly text: string; readonly calls: Calls };

/** Gives what a request may have. undefined: nothing, whatever is wrong with the request. */
export function granted(asked: Asked, port: number, secrets: Secrets): Wish | undefined {
  const may = admitted(asked, port, secrets, cookieName(port));
  return may?.kind === 'data' ? wishOf(may.path, may.query) : may;
}

/** What was on the wire is asked for by `/events`, `/call/N`, `/curl/N`, `/save/…` and `/find`. */
function wishOf(path: string, query: string): Wish | undefined {
  if (path === '/events') return { kind: 'events' };
  const curl = /^\/curl\/(\d{1,15})$/.exec(path)?.[1];
  if (curl !== undefined) return { kind: 'curl', call: Number(curl) };
  const as = /^\/save\/(har|recording)$/.exec(path)?.[1] as 'har' | 'recording' | undefined;
  if (as !== undefined || path === '/find') return someCalls(as, new URLSearchParams(query));
  const call = /^\/call\/(\d{1,15})$/.exec(path)?.[1];
  const from = /^from=(\d{1,15})$/.exec(query)?.[1];
  return call === undefined ? undefined : { kind: 'call', call: Number(call), from: Number(from ?? 0) };
}

function someCalls(as: 'har' | 'recording' | undefined, query: URLSearchParams): Wish | undefined {
  const calls = parseCalls(query.get('calls') ?? '');
  const text = query.get('text') ?? '';
  if (calls === undefined) return undefined;
  if (as !== undefined) return { kind: 'save', as, calls };
  return text === '' ? undefined : { kind: 'find', text, calls };
}

export const cookieName = (port: number) => `dbg-api-ui-${port}`;
