import { escapeControls } from '../../../text.ts';
import { jsonOf, type Body, type Call, type CallListener } from '../../wire/calls/call.ts';
import type { RequestHead } from '../../wire/http/http-head.ts';
import { askedFor, type AskedOperation } from './asked-operation.ts';
import { mayHoldPower, powerAsked, powerIn } from './power/power.ts';
import { isBuildKit, versionRefusal } from './versions.ts';

/** A rule that a recording needs: for how many calls, and when first (ms since the epoch). */
export interface NeededRule {
  readonly rule: string;
  count: number;
  firstAt: number;
}

/**
 * Hears the calls of a recording, and gives the rules that let them through, sorted.
 * - A container that a path names stays named. Where the path has its id, there is a rule for its
 *   name as well.
 * - A container that was made during the recording has another id each time, as has an exec. It
 *   becomes "*".
 * - Images, networks and the like become "*" too: they come and go, so their rules say only the
 *   operation.
 * - A call that asked for power over the host gets a rule "with power".
 *
 * `unknown` gives the calls that no rule can let through.
 */
export function derivePolicy(): { readonly onEvent: CallListener; rules(): NeededRule[]; unknown(): string[] } {
  const asked: { method: string; path: string; power: string; ref: string | undefined; at: number }[] = [];
  const unknown = new Set<string>();
  const names = new Map<string, string>();
  const made = new Set<string>();

  const take = (request: RequestHead, { operation, startedAt, sent }: Call) => {
    const canonical = askedFor(request);
    const isNone = canonical === undefined || canonical.operation === '' || isBuildKit(request);
    if (isNone || versionRefusal(canonical.version) !== undefined) {
      unknown.add(`${request.method} ${operation.path}`);
      return;
    }
    const { method, path } = canonical;
    const { kind, ref } = operation.subject ?? {};
    const area = path.indexOf('/', 1);
    const of = ref === undefined ? path : `${path.slice(0, area)}/*${path.slice(area + 1 + ref.length)}`;
    asked.push({
      method,
      path: of,
      power: askedForPower(canonical, sent) ? ' with power' : '',
      ref: kind === 'container' ? ref : undefined,
      at: startedAt,
    });
  };

  return {
    onEvent: (call) => {
      if (call.endedAt === undefined || call.request === undefined) return;
      take(call.request, call);
      learn(call, names, made);
    },
    unknown: () => [...unknown].toSorted(),
    rules: () => {
      const wanted = new Map<string, NeededRule>();
      const want = (rule: string, at: number) => {
        const before = wanted.get(rule) ?? { rule, count: 0, firstAt: at };
        wanted.set(rule, { rule, count: before.count + 1, firstAt: Math.min(before.firstAt, at) });
      };
      for (const { method, path, power, ref, at } of asked) {
        const isMade = ref !== undefined && [...made].some((id) => isIdOf(ref, id));
        if (ref === undefined || isMade) want(`${method} ${path}${power}`, at);
        else for (const each of formsOf(ref, names)) want(`${method} ${path.replace('/*', `/${each}`)}${power}`, at);
      }
      return [...wanted.values()]
        .filter(({ rule }) => !isCovered(rule, wanted))
        .toSorted((a, b) => (byPath(a) < byPath(b) ? -1 : 1));
    },
  };
}

/** Whether a call asked for power over the host. false where its body was not recorded. */
function askedForPower({ operation, query }: AskedOperation, sent: Body | undefined): boolean {
  if (powerAsked(operation, query) !== undefined) return true;
  if (!mayHoldPower(operation) || sent?.kept === undefined) return false;
  return powerIn(operation, Buffer.concat(sent.kept)) !== undefined;
}

/** The text by which rules are sorted: path, then method. */
const byPath = ({ rule }: NeededRule) => rule.replace(/^(\S+) (\S+)/, '$2 $1');

const isIdOf = (ref: string, id: string) => /^[\da-f]{4,64}$/.test(ref) && id.startsWith(ref);

/** The reference that the call had, and the container's name if that reference was an id. */
function formsOf(ref: string, names: ReadonlyMap<string, string>): string[] {
  const name = [...names].find(([id]) => isIdOf(ref, id))?.[1];
  return name === undefined || name === ref ? [ref] : [ref, name];
}

/**
 * Whether another rule covers this one. "POST /containers/*\/start" covers
 * "POST /containers/web/start", and any rule with power covers the same rule without.
 */
function isCovered(rule: string, all: ReadonlyMap<string, unknown>): boolean {
  const wide = rule.replace(/ \/containers\/(?!(?:json|create|prune)(?: |$))[^/]+/, ' /containers/*');
  return [`${rule} with power`, `${wide} with power`, wide].some((other) => other !== rule && all.has(other));
}

/** Learns containers' ids and names from answers that tell both, and which containers were made. */
function learn(call: Call, names: Map<string, string>, made: Set<string>): void {
  const { name: operation, query } = call.operation;
  if (!['ContainerInspect', 'ContainerList', 'ContainerCreate'].includes(operation)) return;
  const answer = jsonOf(call.received);
  for (const each of Array.isArray(answer) ? answer : [answer]) {
    const { Id: id, Name: own, Names: all } = (each ?? {}) as { Id?: unknown; Name?: unknown; Names?: unknown };
    if (typeof id !== 'string') continue;
    if (operation === 'ContainerCreate') made.add(id);
    const name = own ?? (Array.isArray(all) ? all[0] : undefined) ?? new URLSearchParams(query).get('name');
    if (typeof name === 'string' && /^\/?[\w.-]+$/.test(name)) names.set(id, name.replace(/^\//, ''));
  }
}

/** Gives the text of a policy file with these rules. */
export function policyText(wanted: readonly NeededRule[], unknown: readonly string[], from: string): string {
  const rules = wanted.map(({ rule, count, firstAt }) => {
    const often = count === 1 ? 'once' : `${count} times`;
    return `${`allow ${rule}`.padEnd(47)} # ${often}, first at ${new Date(firstAt).toISOString()}\n`;
  });
  const not = unknown.map(
    (call) => `# left out, as dbg knows no such operation and could not judge it: ${escapeControls(call)}\n`,
  );
  return [`# what ${escapeControls(from)} asked for\n`, ...rules, ...not].join('');
}
