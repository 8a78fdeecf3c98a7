import { describe, expect, it } from 'vitest';
import { chooseLips, type LipsKnowledge, type LipsWay } from '../../../src/speaking/index.js';

const KNOWN: readonly LipsKnowledge[] = ['phonemes', 'text', 'sound'];

describe('The way of the lips', () => {
  it.each<[boolean, LipsKnowledge, LipsWay]>([
    [true, 'phonemes', 'own'],
    [true, 'text', 'own'],
    [true, 'sound', 'peer'],
    [false, 'phonemes', 'local'],
    [false, 'text', 'local'],
    [false, 'sound', 'local'],
  ])('with a link that carries sound: %s, and %s known, is %s by itself', (carriesSound, knows, way) => {
    expect(chooseLips('auto', { carriesSound, knows, lane: 'a' })).toBe(way);
  });

  it.each(KNOWN)('is what was asked for where the link can, with %s known', (knows) => {
    for (const way of ['peer', 'own', 'local'] as const)
      expect(chooseLips(way, { carriesSound: true, knows, lane: 'a' })).toBe(way);
    expect(chooseLips('local', { carriesSound: false, knows, lane: 'a' })).toBe('local');
  });

  it.each(['peer', 'own'] as const)('refuses %s on a link without sound, naming the lane', (way) => {
    expect(() => chooseLips(way, { carriesSound: false, knows: 'phonemes', lane: 'stdio' })).toThrow(
      expect.objectContaining({
        code: 'BRIDGE_ERR_LINK_UNSUPPORTED',
        message: expect.stringContaining('lane stdio'),
      }),
    );
  });
});
