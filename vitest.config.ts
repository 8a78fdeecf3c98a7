import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summary-reporter.js';

const cores = availableParallelism();

/** One group after the other, each with as many files at once as it bears. What says soonest that something is wrong comes first. */
const groups = [
  // They compute, or talk to servers on loopback that answer at once.
  { name: 'unit', folders: ['unit', 'contract'], maxWorkers: cores },
  // Processes, sound and conversations in real time mostly wait: a file takes a third of a core. What is timed has cores to spare.
  { name: 'integration', folders: ['integration', 'faults'], maxWorkers: Math.min(cores, 4) },
  // A browser that draws without a graphics card, and is measured in milliseconds, takes the machine for itself.
  { name: 'e2e', folders: ['e2e'], maxWorkers: 1 },
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', new SummaryReporter()],
    projects: groups.map(({ name, folders, maxWorkers }, groupOrder) => ({
      test: {
        name,
        include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
        testTimeout: 30_000,
        hookTimeout: 60_000,
        pool: 'forks' as const,
        maxWorkers,
        sequence: { groupOrder },
      },
    })),
  },
});
