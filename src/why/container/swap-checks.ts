import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { binarySize } from '../../sizes.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';

const check = checkOf<ContainerFacts>();

/**
 * From this share of its limit of memory, and from this many bytes, what is in swap is told as
 * something that may be wrong. Below it, the kernel has put away what nobody asks for.
 */
const MUCH = { share: 0.1, bytes: 16 * 2 ** 20 };

type SwapFacts = Pick<ContainerFacts, 'container' | 'inspection' | 'limits' | 'hostSwap'>;

/** What of the container is in swap, or may be. */
export const SWAP_CHECKS = [
  check({
    id: 'resources.swap',
    layer: 'resources',
    about: 'It is in swap, or may be: --memory-swap counts memory and swap together, and left out it doubles --memory.',
    needs: ['container', 'inspection', 'limits', 'hostSwap'],
    find: (facts) => {
      const { memory, swap } = facts.limits;
      const used = swap?.used ?? 0;
      if (used >= Math.max(MUCH.bytes, (memory?.limit ?? 0) * MUCH.share)) return [inSwap(facts, used)];
      const { memoryBytes } = facts.inspection;
      // A host without swap gives none, whatever a container may have.
      return memoryBytes === null || facts.hostSwap === 0 ? [] : mayBe(facts, memoryBytes);
    },
  }),
] as const;

function inSwap(facts: SwapFacts, used: number): Finding {
  const { name } = facts.container;
  const { memoryBytes } = facts.inspection;
  const limit = memoryBytes === null ? 'it has no limit of memory' : allowedText(facts, memoryBytes);
  return {
    severity: 'suspect',
    sentence: `${binarySize(used)} of "${name}" are in swap, and it waits for the disk when it needs them: ${limit}`,
    evidence: [{ seen: `swap: ${binarySize(used)} used`, command: `dbg limits ${shellQuote(name)}` }],
    next:
      memoryBytes === null
        ? [{ what: 'see who has the memory of the host', command: 'docker stats --no-stream' }]
        : [withoutSwap(name, memoryBytes)],
  };
}

function mayBe(facts: SwapFacts, memoryBytes: number): Finding[] {
  const { name } = facts.container;
  const { limits, inspection } = facts;
  if (limits.swap?.limit === 0 || inspection.memoryAndSwapBytes === memoryBytes) return [];
  return [
    {
      severity: 'note',
      sentence: `"${name}" may be in swap: ${allowedText(facts, memoryBytes)}`,
      evidence: [
        {
          seen: `${memoryBytes} ${inspection.memoryAndSwapBytes ?? 0}`,
          command: `docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}' ${shellQuote(name)}`,
        },
      ],
      next: [withoutSwap(name, memoryBytes)],
    },
  ];
}

const withoutSwap = (name: string, memoryBytes: number) => ({
  what: 'allow it no swap: it is killed instead of being slow',
  command: `docker update --memory ${memoryBytes} --memory-swap ${memoryBytes} ${shellQuote(name)}`,
});

/** How much swap a limit of memory leaves to the container, and by what. */
function allowedText({ limits, inspection }: SwapFacts, memoryBytes: number): string {
  const memory = binarySize(memoryBytes);
  const both = inspection.memoryAndSwapBytes;
  if (limits.swap === undefined)
    return `the kernel counts no swap, so its limit of ${memory} leaves it all of the host's`;
  if (both === -1) return `its limit of ${memory} leaves it all swap of the host (--memory-swap -1)`;
  if (both === null || both <= memoryBytes) return `it has a limit of ${memory} of memory`;
  const more = binarySize(both - memoryBytes);
  return both === 2 * memoryBytes
    ? `its limit of ${memory} leaves it ${more} of swap besides: without --memory-swap, docker allows as much again`
    : `its limit of ${memory} leaves it ${more} of swap besides: --memory-swap (${binarySize(both)}) counts both`;
}
