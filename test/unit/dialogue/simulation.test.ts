import { describe, expect, it } from 'vitest';
import { simulate } from '../../support/dialogue/simulate.js';

describe('Conversation with everything at random moments', () => {
  it.each([
    { seed: 1, isStreaming: false, faults: 0 },
    { seed: 2, isStreaming: true, faults: 0 },
    { seed: 3, isStreaming: false, faults: 0.1 },
    { seed: 4, isStreaming: true, faults: 0.1 },
  ])(
    'loses no user turn, says nothing twice and stays nowhere (seed $seed, faults $faults)',
    async (options) => {
      const result = await simulate({ ...options, interruptions: 60 });
      expect(result.problems).toEqual([]);
      expect(result.timersLeft).toBe(0);
      expect(result.outcomes).toMatchObject({
        completed: expect.any(Number),
        interrupted: expect.any(Number),
        dropped: expect.any(Number),
      });
    },
  );
});
