import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { settingFault } from '../../../src/runtime/index.js';

const schema = z.strictObject({
  ms: z.number().min(5).default(5),
  caption: z.union([z.literal(false), z.strictObject({ size: z.number() })]).optional(),
});

function told(value: unknown, names: readonly string[] = ['ms', 'caption']): string[] {
  const checked = schema.safeParse(value);
  return (checked.error?.issues ?? []).map((issue) =>
    settingFault(issue, 'room', (path) => (path.length === 0 ? names : ['size'])),
  );
}

describe('settingFault', () => {
  it('names the place, what is wrong, and what to do', () => {
    expect(told({ ms: 1 })).toEqual([
      expect.stringMatching(/^room\.ms: Too small.*[^.]\. Change or remove it\.$/),
    ]);
  });

  it('names the nearest setting for one that is not known, else those there are', () => {
    expect(told({ Ms: 1 })).toEqual(['room.Ms: there is no such setting. Did you mean ms?']);
    expect(told({ other: 1 })).toEqual(['room.other: there is no such setting. There are ms, caption.']);
    expect(told({ other: 1 }, [])).toEqual(['room.other: there is no such setting. Remove it.']);
    expect(told({ ['x'.repeat(500)]: 1 })[0]?.length).toBeLessThan(140);
  });

  it('tells of a choice of forms what is wrong with the object', () => {
    expect(told({ caption: { sise: 1, size: 2 } })).toEqual([
      'room.caption.sise: there is no such setting. Did you mean size?',
    ]);
    expect(told({ caption: { size: 'big' } })).toEqual([
      expect.stringMatching(/^room\.caption\.size: .*expected number.*Change or remove it\.$/),
    ]);
  });
});
