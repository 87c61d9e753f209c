import { hostname } from 'node:os';
import type { Login } from '../../../api/gate/share/auth.ts';
import type { Policy } from '../../../api/gate/share/share-policy.ts';
import type { PolicyRule } from '../../../api/gate/share/rule.ts';
import { SLASHED } from '../../../api/wire/calls/operation-table.ts';
import { HOST_POWERS, namedSubject, powersOf } from '../../../api/gate/share/power/powers.ts';
import { SENDS_ENGINE } from '../../../api/gate/share/sends-elsewhere.ts';
import { isLoopback, listenText, type Listen } from '../../../api/wire/listener.ts';
import { shellLine, shellQuote } from '../../../text.ts';

export interface Secured {
  readonly tls: boolean;
  /** whether client certificates are asked for */
  readonly certificates: boolean;
  readonly login: Login | undefined;
  /** the file with the password; a password from a file is not printed */
  readonly passwordFile: string | undefined;
}

/** Gives warnings: what a person should know before a colleague comes in. */
export function warnings({ rules, readOnly }: Policy, at: Listen, { tls, login }: Secured): string[] {
  const allows = rules.filter(({ effect }) => effect === 'allow');
  const denies = rules.filter(({ effect }) => effect === 'deny');
  return [
    ...(allows.length === 0 && !readOnly
      ? [
          `all that is not denied is allowed: whoever connects can become root on this host; limit it with --read-only or --allow`,
        ]
      : []),
    ...(readOnly ? [] : allows).flatMap((rule) => warningsOf(rule, denies)),
    ...denies.flatMap((rule) => {
      const named = namedSubject(rule);
      return named === undefined
        ? []
        : [
            `deny ${rule.text} does not keep out a client that gives ${named.name}'s id${SLASHED.has(named.kind) ? ' or another of its names' : ''}: deny it for *, or use --allow for the others`,
          ];
    }),
    ...(login !== undefined && !tls && at.kind === 'tcp' && !isLoopback(at.host)
      ? ['without TLS, others on the network can read the password and everything else: use --tlscert and --tlskey']
      : []),
  ];
}

function warningsOf(rule: PolicyRule, denies: readonly PolicyRule[]): string[] {
  const { text, withPower, operations } = rule;
  const isDenied = (name: string) => denies.some((deny) => deny.text === name);
  const powers = powersOf(rule).filter((power) => !isDenied(power));
  const gained = withPower
    ? 'root on this host'
    : 'root in a container, and on this host if the container is privileged or has files of the host';
  const sent = [...operations].filter((name) => SENDS_ENGINE.has(name) && !isDenied(name));
  const isNothing = !withPower && [...operations].every((name) => HOST_POWERS.has(name));
  return [
    ...(powers.length === 0 ? [] : [`allow ${text} gives away ${powers.join(', ')}: ${gained}`]),
    ...(sent.length === 0
      ? []
      : [`allow ${text} lets the caller say where the engine connects to: ${sent.join(', ')}`]),
    ...(isNothing
      ? [
          `allow ${text} lets nothing through: such calls are power over this host, and the rule does not end in "with power"`,
        ]
      : []),
  ];
}

const FOLDER = 'dbg-share';

/** Gives the lines that the colleague types. */
export function howToUse(listening: Listen, { tls, certificates, login, passwordFile }: Secured): string[] {
  const at =
    listening.kind === 'tcp' && /^(?:0\.0\.0\.0|::)$/.test(listening.host)
      ? { ...listening, host: hostname() }
      : listening;
  const options = [
    ...(login ? ['--config', FOLDER] : []),
    ...(tls ? ['--tlsverify', '--tlscacert', 'ca.pem'] : []),
    ...(certificates ? ['--tlscert', 'cert.pem', '--tlskey', 'key.pem'] : []),
  ];
  const docker = shellLine(['docker', ...options, '-H', listenText(at), 'ps']);
  return login ? [...configLines(login, passwordFile), docker] : [docker];
}

function configLines({ user, authorization }: Login, passwordFile: string | undefined): string[] {
  const config = (value: string) => `{"HttpHeaders":{"Authorization":"${value}"}}`;
  const line =
    passwordFile === undefined
      ? `printf %s ${shellQuote(config(authorization))} >${FOLDER}/config.json`
      : `printf '${config('Basic %s')}' "$(printf %s:%s ${shellQuote(user)} 'THE PASSWORD' | base64 -w0)" >${FOLDER}/config.json`;
  return [`mkdir -pm 700 ${FOLDER}`, line];
}
