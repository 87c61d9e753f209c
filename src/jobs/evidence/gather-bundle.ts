import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import { DbgError } from '../../errors.ts';
import type { BundleParts } from '../../evidence/bundle/bundle-parts.ts';
import { hiddenIn, type Hide, hiding } from '../../evidence/bundle/hide-secrets.ts';
import { CONTAINER_CHECKS } from '../../why/container/checks.ts';
import { judge } from '../../why/judge.ts';
import { verdictRecord } from '../../why/verdict-record.ts';
import { containerProbes } from '../why/container-probes.ts';
import { gather } from '../why/gather-facts.ts';
import { wiresOfOne } from '../why/network/wire-probe.ts';
import { inTime } from '../in-time.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { packetsOf } from './packets-of.ts';

export interface BundleWish {
  /** how long packets are captured; undefined: not at all */
  readonly captureMs: number | undefined;
  /** nothing is sent: no question to a nameserver */
  readonly isSilent: boolean;
  /** Is called with a line for each thing that dbg begins to do. */
  readonly tell: (line: string) => void;
}

/** How long dbg waits for a fact, and for the logs and events. */
const PATIENCE_MS = 10_000;
/** How many lines of the log are asked for; fewer where they are longer than an answer may be. */
const LINES = [2000, 200, 20];

/**
 * Gathers all that a bundle of a container holds, without secrets. What cannot be had says why, and
 * stops nothing else. The packets are captured first: what is looked at then does not disturb them.
 */
export async function gatherBundle(ctx: Context, container: Container, wish: BundleWish): Promise<BundleParts> {
  const { captureMs, isSilent, tell } = wish;
  const hide = hiding(container.env);
  const captured =
    captureMs === undefined
      ? undefined
      : await gather({ capture: () => packetsOf(ctx, container, captureMs, tell) }, captureMs + PATIENCE_MS);
  tell('looking at the container');
  const [evidence, facts, said] = await inTime(ctx, PATIENCE_MS, async (patient) => {
    const engine = await patient.engine();
    return Promise.all([
      gatherEvidence(patient, container, { mark: () => '', isSilent }),
      gather(containerProbes(patient, container, { wires: wiresOfOne(patient), isSilent }), PATIENCE_MS),
      gather(
        {
          logs: async () => linesWithout(await lastLinesOf(engine, container), hide),
          events: async () => hiddenIn(await engine.history(container, ctx.now()), hide),
        },
        PATIENCE_MS,
      ),
    ]);
  });
  const about = { container: container.name, id: container.id };
  const verdict = hiddenIn(verdictRecord(about, judge(CONTAINER_CHECKS, facts)), hide);
  return {
    evidence: hiddenIn(evidence, hide),
    verdict: { known: true, value: verdict },
    ...said,
    capture: captured?.capture,
  };
}

/** Lines without secrets. One secret, such as a private key, may take several lines. */
const linesWithout = (lines: readonly string[], hide: Hide) =>
  lines.length === 0 ? [] : hide(lines.join('\n')).split('\n');

/** The last lines of a log, as many as fit into one answer of the engine. */
async function lastLinesOf(engine: Engine, container: Container): Promise<string[]> {
  let failure: unknown;
  for (const lines of LINES) {
    try {
      return await engine.lastLines(container, lines);
    } catch (error) {
      if (!(error instanceof DbgError)) throw error;
      failure = error;
    }
  }
  throw failure;
}
