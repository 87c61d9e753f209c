import type { Labels } from '../engine/container.ts';
import type { TimelineChoice } from './timeline-wish.ts';

/** What is known of a container that may belong to a timeline. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  /** names of its networks, as far as they are known */
  readonly networks: readonly string[];
}

/** Compose's label for a container's project. */
const PROJECT = 'com.docker.compose.project';

/** Whether a choice is of every container. */
export const isOfAll = ({ ids, names, project, network, label }: TimelineChoice): boolean =>
  [ids, names, project, network, label].every((each) => each === undefined);

/** Whether a container belongs to the timeline of this choice. */
export function isChosen({ id, name, labels, networks }: Candidate, choice: TimelineChoice): boolean {
  const { ids, names, project, network, label = [] } = choice;
  if (ids !== undefined || names !== undefined) return ids?.includes(id) === true || names?.includes(name) === true;
  const isLabelled = label.every((wanted) => {
    const [key = '', value] = wanted.split(/=(.*)/s);
    return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
  });
  return (
    isLabelled &&
    (project === undefined || labels[PROJECT] === project) &&
    (network === undefined || networks.includes(network))
  );
}
