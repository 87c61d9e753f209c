import { END_CHECKS } from './life/end-checks.ts';
import { ENTRY_CHECKS } from './life/entry-checks.ts';
import { HEALTH_CHECKS } from './life/health-checks.ts';
import { LOOP_CHECKS } from './life/loop-checks.ts';
import { NEEDED_CHECKS } from './life/needed-checks.ts';
import { START_CHECKS, START_FAILED } from './life/start-checks.ts';
import { STATE_CHECKS } from './life/state-checks.ts';
import { WELL_ENDED_CHECKS } from './life/well-ended-checks.ts';

/**
 * What ended a container, or keeps it from running, in causal order: why it could not start, what
 * ended it, whether that happens again and again, and whether it is healthy.
 */
export const LIFE_CHECKS = [
  ...STATE_CHECKS,
  ...START_CHECKS,
  ...ENTRY_CHECKS,
  ...NEEDED_CHECKS,
  START_FAILED,
  ...END_CHECKS,
  ...LOOP_CHECKS,
  ...WELL_ENDED_CHECKS,
  ...HEALTH_CHECKS,
] as const;
