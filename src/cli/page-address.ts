import { Option } from 'commander';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { escapeControls } from '../text.ts';

/** The option of the verbs that serve a page. */
export const portOption = () => new Option('--port <number>', "the page's port on 127.0.0.1 (default: a free one)");

/** The port that was asked for; 0 for any. Throws a usage error. */
export function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= 65_535) return port;
  throw usageError(`"${text}" is no port: 1 to 65535`);
}

/** Says where the page is. */
export const sayWhere = ({ stderr }: Context, { url }: { readonly url: string }) =>
  stderr.write(`open in a browser of this machine:  ${escapeControls(url)}\n`);
