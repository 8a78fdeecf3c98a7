import { describe, expect, it } from 'vitest';
import type { ChatPorts } from '../../../src/chat/index.js';
import { House } from '../../../src/sessions/house.js';

describe('House', () => {
  it('lets the first of those who come at once get ready what is shared, and one more when that may be cold again', () => {
    // Nothing is opened: who asks for the warm-up has been let in.
    const house = new House('default', {}, {} as ChatPorts);
    expect(Array.from({ length: 200 }, (_, at) => house.takesWarmUp(1000 + at)).filter(Boolean)).toHaveLength(
      1,
    );
    expect(house.takesWarmUp(4999)).toBe(false);
    expect(house.takesWarmUp(5000)).toBe(true);
    expect(house.takesWarmUp(5001)).toBe(false);
  });
});
