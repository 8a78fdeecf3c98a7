import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameSettings } from '../../../src/sessions/same-settings.js';

class Model {
  readonly name = 'own';
}

describe('Two sections of settings', () => {
  it('are the same when the same stands in them, as a file that is read again', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(sameSettings(value, structuredClone(value))).toBe(true);
      }),
    );
    expect(sameSettings({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  });

  it('differ when anything in them does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other) && !JSON.stringify([one, other]).includes('-0'));
        fc.pre(!hasRecord(one) || !hasRecord(other));
        expect(sameSettings(one, other)).toBe(false);
      }),
    );
    for (const [one, other] of [
      [{ a: { b: [1, 2] } }, { a: { b: [2, 1] } }],
      [{ a: 1 }, { a: 1, b: null }],
      [{ constructor: undefined }, { constructor: Object }],
      [[], {}],
    ])
      expect(sameSettings(one, other)).toBe(false);
  });

  it("are told apart by a program's own parts: each object is another, the very same is the same", () => {
    const model = new Model();
    const moderate = () => true;
    expect(sameSettings({ custom: { own: model } }, { custom: { own: model } })).toBe(true);
    expect(sameSettings({ custom: { own: model } }, { custom: { own: new Model() } })).toBe(false);
    expect(sameSettings({ moderate }, { moderate: () => true })).toBe(false);
    expect(sameSettings({ moderate }, {})).toBe(false);
    // Neither is what goes round in circles walked through.
    const circle: { self?: unknown } = new (class {
      self?: unknown;
    })();
    circle.self = circle;
    expect(sameSettings({ circle }, { circle })).toBe(true);
  });
});

/** Of records the order of names means nothing, and of JSON text it does. */
function hasRecord(value: unknown): boolean {
  return JSON.stringify(value).includes('{');
}
