import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { table } from '../../ui/table.ts';
import { CONTAINER_COLUMNS } from './usage-columns.ts';
import { shownColumns } from './shown-columns.ts';
import { sorted } from './sorted.ts';

/** A table of all containers for a pipe or a file, or as wide as a terminal without a cursor. */
export function usageTable(rows: readonly ContainerUsage[], now: number, width = Infinity): string {
  const columns = shownColumns(CONTAINER_COLUMNS, rows, { now, width, alarming: new Set() });
  const order = sorted(
    rows,
    CONTAINER_COLUMNS.find(({ name }) => name === 'cpu')!,
    false,
  );
  return table(
    columns.map(({ header }) => header),
    order.map((row) => columns.map((column) => column.text(row, now))),
  );
}
