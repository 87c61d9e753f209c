import { createSecureContext, type TlsOptions } from 'node:tls';
import { login, newPassword, readPassword, type Login } from '../../../api/gate/share/auth.ts';
import { parsePolicy, parseRule, type Policy } from '../../../api/gate/share/share-policy.ts';
import type { PolicyRule } from '../../../api/gate/share/rule.ts';
import { isLoopback, parseListen, type Listen } from '../../../api/wire/listener.ts';
import { readWhole } from '../../../bounded-file.ts';
import type { Context } from '../../../context.ts';
import { DbgError, errorMessage, usageError } from '../../../errors.ts';
import { parseTime } from '../../../text.ts';

export interface ShareOptions {
  readonly for?: string;
  readonly listen: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly readOnly?: boolean;
  readonly policy?: readonly string[];
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
  readonly tlscacert?: string;
  readonly audit?: string;
}

const usage = (message: string, what: string, command: string) => usageError(message, [{ what, command }]);

const MOST_MS = 86_400_000;

/** How long the share lasts, in ms. Throws a DbgError (usage). */
export function lastsOf({ for: text }: ShareOptions): number {
  const lasts = parseTime(text ?? '');
  if (lasts !== undefined && lasts > 0 && lasts <= MOST_MS) return lasts;
  const message =
    text === undefined ? '--for is missing: how long the share is open' : `--for takes a time up to 24h, not "${text}"`;
  throw usage(message, 'for ten minutes', 'dbg api share --for 10m --read-only');
}

export function policyOf(ctx: Context, { allow = [], deny = [], policy = [], readOnly = false }: ShareOptions): Policy {
  const rules: PolicyRule[] = [
    ...allow.map((rule) => parseRule('allow', rule)),
    ...deny.map((rule) => parseRule('deny', rule)),
    ...policy.flatMap((file) => parsePolicy(textOf(ctx, file), file)),
  ];
  // A policy file lists what is allowed. One that allows nothing must not become one that allows
  // everything, as no rules do.
  if (policy.length > 0 && rules.length === 0) {
    throw usage(
      `there is no rule in ${policy.join(' and ')}`,
      'make rules from a recording',
      'dbg api policy RECORDING',
    );
  }
  return { rules, readOnly };
}

/**
 * Where the share listens. Throws a DbgError (usage) for an address that others reach, unless a
 * password or a client certificate is asked for.
 */
export function placeOf(ctx: Context, options: ShareOptions): Listen {
  const at = parseListen(options.listen, ctx.cwd);
  if (at.kind !== 'tcp') {
    throw usage(
      'dbg api share listens only on tcp:ADDRESS:PORT',
      'for this host alone',
      'dbg api share --for 10m --listen tcp:127.0.0.1:2375',
    );
  }
  if (isLoopback(at.host) || options.user !== undefined || options.tlscacert !== undefined) return at;
  throw usageError(`whoever reaches the engine can become root on this host, and other machines can reach ${at.host}`, [
    { what: 'ask for client certificates', command: 'dbg api share … --tlscert FILE --tlskey FILE --tlscacert FILE' },
    { what: 'ask for a name and a password', command: 'dbg api share … --user NAME' },
    { what: 'or have them come by ssh', command: 'ssh -NL 2375:127.0.0.1:2375 THIS-HOST' },
  ]);
}

/** Throws a DbgError where the files cannot be used. undefined: no TLS was asked for. */
export function tlsOf(ctx: Context, { tlscert, tlskey, tlscacert }: ShareOptions): TlsOptions | undefined {
  if (tlscert === undefined && tlskey === undefined && tlscacert === undefined) return undefined;
  if (tlscert === undefined || tlskey === undefined) {
    throw usage('TLS needs --tlscert and --tlskey', 'both', 'dbg api share … --tlscert cert.pem --tlskey key.pem');
  }
  const mine = { cert: textOf(ctx, tlscert), key: textOf(ctx, tlskey), minVersion: 'TLSv1.2' } as const;
  const options =
    tlscacert === undefined
      ? mine
      : { ...mine, ca: textOf(ctx, tlscacert), requestCert: true, rejectUnauthorized: true };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new DbgError(`the certificate or its key cannot be used: ${errorMessage(cause)}`, { cause });
  }
  return options;
}

/** undefined: no name and password are asked for. Throws a DbgError. */
export function loginOf(ctx: Context, { user, passwordFile }: ShareOptions): Login | undefined {
  if (user !== undefined) {
    return login(user, passwordFile === undefined ? newPassword() : readPassword(passwordFile));
  }
  if (passwordFile === undefined) return undefined;
  throw usage(
    '--password-file goes with --user',
    'say whose it is',
    'dbg api share … --user NAME --password-file FILE',
  );
}

/** The longest file that is read: rules that people typed, or certificates of a few kB. */
const MOST_BYTES = 1 << 20;

function textOf(ctx: Context, file: string): string {
  try {
    return readWhole(file, MOST_BYTES).toString('utf8');
  } catch (cause) {
    throw new DbgError(`${file} cannot be read: ${errorMessage(cause)}`, { cause });
  }
}
