import type { Context } from '../../context.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineEvent } from '../../engine/following/engine-event.ts';
import { containerOf, exitWords } from '../../timeline/event-entry.ts';
import { type Candidate, isChosen } from '../../timeline/members.ts';
import type { EntryContainer, TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineChoice } from '../../timeline/timeline-wish.ts';
import type { OpenLog, OpenedLog, LoggedRun } from './open-log.ts';

/** The containers of a timeline, which come and go. */
export interface TimelineMembers {
  /** Takes those of the engine's list. Called once, first. */
  begin(list: readonly ContainerSummary[]): void;
  /** Resolves when their logs are followed. */
  ready(): Promise<unknown>;
  /** Takes what an event tells of a container. */
  heard(event: EngineEvent): void;
  /** The container of the timeline that an event is of; undefined when it is of none. */
  ofEvent(event: EngineEvent): EntryContainer | undefined;
  /** The container of the timeline with this name. */
  named(name: string): EntryContainer | undefined;
  /** How many there are. */
  count(): number;
  /** What has happened since a time in ms since the epoch, while the engine told nothing. */
  compare(since: number): Promise<TimelineEntry[]>;
  /** Called every second or so. */
  tick(): void;
  stop(): void;
}

interface Member {
  candidate: Candidate;
  isRunning: boolean;
  /** when this run began, in ms since the epoch, as far as dbg has heard of it */
  startedAt: number | undefined;
  log: OpenedLog | undefined;
}

/** `openLog`: undefined for a timeline without logs. */
export function timelineMembers(
  { now }: Pick<Context, 'now'>,
  engine: Pick<Engine, 'list' | 'inspect'>,
  choice: TimelineChoice,
  openLog: OpenLog | undefined,
): TimelineMembers {
  const begun = now();
  const members = new Map<string, Member>();
  /** those that do not belong to the timeline, which may join it under another name or network */
  const others = new Map<string, Candidate>();

  function consider(candidate: Candidate, run: LoggedRun & { readonly isRunning: boolean }): Member | undefined {
    const { id } = candidate;
    const there = members.get(id);
    if (there) {
      there.candidate = candidate;
      return there;
    }
    if (!isChosen(candidate, choice)) return void others.set(id, candidate);
    others.delete(id);
    const member: Member = { candidate, isRunning: run.isRunning, startedAt: undefined, log: undefined };
    members.set(id, member);
    // The log of a container that was only created cannot be followed yet.
    if (run.isRunning || !run.isNew) member.log = openLog?.(containerNow(member), run);
    return member;
  }
  const containerNow = (member: Member) => ({
    id: member.candidate.id,
    name: () => member.candidate.name,
    isRunning: member.isRunning,
  });
  const runs = (member: Member, startedAt: number | undefined, isReplay: boolean) => {
    member.isRunning = true;
    member.startedAt = startedAt;
    if (member.log) member.log.started();
    else member.log = openLog?.(containerNow(member), { isNew: true, isReplay });
  };
  const ends = (member: Member) => {
    member.isRunning = false;
    member.log?.died();
  };
  const leaves = (id: string) => {
    members.get(id)?.log?.removed();
    members.delete(id);
    others.delete(id);
  };
  function heardOfContainer({ id, action, attributes, at }: EngineEvent): void {
    const known = members.get(id)?.candidate ?? others.get(id);
    const name = attributes['name'] ?? known?.name ?? id.slice(0, 12);
    const candidate = { id, name, labels: known?.labels ?? attributes, networks: known?.networks ?? [] };
    if (action === 'destroy') return leaves(id);
    const isReplay = at < begun - CLOCKS_MS;
    const member = consider(candidate, { isRunning: false, isNew: known === undefined, isReplay });
    if (member === undefined) return;
    if (action === 'start') runs(member, at, isReplay);
    else if (action === 'die') ends(member);
  }
  function heardOfNetwork(event: EngineEvent): void {
    const id = event.attributes['container'] ?? '';
    const candidate = others.get(id);
    if (event.action !== 'connect' || candidate === undefined || choice.network === undefined) return;
    const networks = [...candidate.networks, event.attributes['name'] ?? ''];
    consider({ ...candidate, networks }, { isRunning: false, isNew: true, isReplay: false });
  }
  /** What an inspect shows of a member that dbg believes to be as it was at `since`. */
  async function changeOf(member: Member, isThere: boolean, since: number): Promise<TimelineEntry[]> {
    const { id, name } = member.candidate;
    const container = { id, name };
    const entry = (at: number, text: string, action: string, details = {}): TimelineEntry => ({
      at,
      kind: 'event',
      container,
      text,
      details: { source: 'dbg', type: 'container', action, ...details },
    });
    const state = isThere ? (await engine.inspect(id))?.state : undefined;
    if (state === undefined) {
      leaves(id);
      return [entry(now(), `${AWAY}, it was removed`, 'destroy')];
    }
    const { pid, startedAt = 0, finishedAt, exitCode, oomKilled } = state;
    const entries: TimelineEntry[] = [];
    const isNewRun = pid > 0 && startedAt > Math.max(member.startedAt ?? 0, since);
    if (member.isRunning && (pid === 0 || isNewRun)) {
      const code = pid === 0 ? exitCode : undefined;
      const words = code === undefined ? 'how is not known' : exitWords(String(code));
      const known = code === undefined ? {} : { exitCode: code, oomKilled };
      entries.push(
        entry(Math.min(finishedAt ?? now(), startedAt || Infinity), `${AWAY}, it died: ${words}`, 'die', known),
      );
      ends(member);
    }
    if (pid > 0 && !member.isRunning) {
      entries.push(entry(startedAt || now(), `${AWAY}, it was started`, 'start'));
      runs(member, startedAt, false);
    }
    return entries;
  }
  return {
    begin: (list) => {
      for (const { id, name, labels, networks, state } of list) {
        consider({ id, name, labels, networks }, { isRunning: isLive(state), isNew: false, isReplay: false });
      }
    },
    ready: () => Promise.all([...members.values()].flatMap(({ log }) => log?.ready ?? [])),
    heard: (event) => {
      if (event.type === 'container') heardOfContainer(event);
      else if (event.type === 'network') heardOfNetwork(event);
    },
    ofEvent: (event) => {
      const container = containerOf(event);
      if (container === undefined) return undefined;
      const member = members.get(container.id);
      if (member) return { id: container.id, name: member.candidate.name };
      const labels = event.attributes;
      const isMeant = event.type === 'container' && isChosen({ ...container, labels, networks: [] }, choice);
      return isMeant ? container : undefined;
    },
    named: (name) => {
      const found = [...members.values()].find(({ candidate }) => candidate.name === name)?.candidate;
      return found && { id: found.id, name: found.name };
    },
    count: () => members.size,
    compare: async (since) => {
      const list = await engine.list();
      const there = new Map(list.map((each) => [each.id, each]));
      const known = [...members.values()];
      const changed = await Promise.all(
        known.map(async (member) => changeOf(member, there.has(member.candidate.id), since).catch(() => [])),
      );
      for (const { id, name, labels, networks, state } of list) {
        if (!members.has(id))
          consider({ id, name, labels, networks }, { isRunning: isLive(state), isNew: true, isReplay: false });
      }
      return changed.flat();
    },
    tick: () => members.forEach(({ log }) => log?.tick()),
    stop: () => members.forEach(({ log }) => log?.stop()),
  };
}

/** The clocks of the engine and of this host may differ by so much. */
const CLOCKS_MS = 2_000;
const AWAY = 'while the engine was away';
const isLive = (state: string) => state === 'running' || state === 'paused';
