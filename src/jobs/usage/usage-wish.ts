import type { ContainerSummary } from '../../engine/container.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';

/** Which containers are followed: asked of each one in the engine's list, of new ones too. */
export type UsageChoice = (container: ContainerSummary) => boolean;

export interface UsageWish {
  readonly choice: UsageChoice;
  /** between two samples */
  readonly everyMs: number;
  /** between the first two readings, which give the first rates; left out: FIRST_MS */
  readonly firstMs?: number;
  /** whether stopped containers have rows too */
  readonly withStopped?: boolean;
}

/** In ms. The shortest period of a quota that docker sets by itself is as long. */
export const FIRST_MS = 100;

export interface UsageListener {
  /**
   * Called with every chosen container, in the engine's order: about FIRST_MS after the beginning,
   * and then every `everyMs`. `at`: ms since the epoch.
   */
  rows(rows: readonly ContainerUsage[], at: number): void;
  /** Called as soon as it is known, and before the rows in which it shows. */
  news?(news: UsageNews): void;
}

/** What happened to the containers that are followed, and to the engine that tells of them. */
export type UsageNews =
  | { readonly kind: 'started' | 'ended'; readonly id: string; readonly name: string }
  /**
   * No engine answers. The rows go on: of the containers that were known, while their process is
   * there.
   */
  | { readonly kind: 'engine lost'; readonly why: string }
  | { readonly kind: 'engine back' };
